#include "synthetic/replay.hpp"

#include "asio/no_throw.hpp"
#include "feed/task_feed.hpp"
#include "synthetic/end_report.hpp"
#include "synthetic/errors.hpp"
#include "synthetic/line_complaints.hpp"
#include "synthetic/line_counter.hpp"
#include "synthetic/line_splitter.hpp"
#include "synthetic/recording.hpp"
#include "synthetic/replay_pace.hpp"
#include "telemetry/log.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <vector>

namespace tickertape::synthetic {
namespace {

constexpr std::size_t line_bytes_max = 64 * 1024;
constexpr std::size_t chunk_bytes = 64 * 1024;
// After so many lines without a wait, the strand's other work has its turn.
constexpr int batch_lines = 256;
constexpr double speed_max = 1e9;
constexpr double speed_min = 1e-3;

// The lines of a file, of which never more than a chunk and a line are in memory.
class line_file {
public:
    explicit line_file(const std::string& path) : path_{path} { rewind(); }

    bool is_open() const { return file_.is_open(); }
    void rewind()
    {
        file_ = std::ifstream{path_, std::ios::binary};
        splitter_ = line_splitter{line_bytes_max};
        is_over_ = false;
    }
    // Whether next() has come to the end.
    bool is_over() const { return is_over_; }
    // The next line, valid until the next call. None: the end, or a chunk was read that does not
    // end the line, so that a line of gigabytes is not read in one go.
    std::optional<line_splitter::line> next()
    {
        if (auto line = splitter_.next())
            return line;
        if (!file_) {
            is_over_ = true;
            return std::nullopt;
        }
        file_.read(chunk_.data(), static_cast<std::streamsize>(chunk_.size()));
        splitter_.append({chunk_.data(), static_cast<std::size_t>(file_.gcount())});
        if (!file_)
            splitter_.end();
        return splitter_.next();
    }

private:
    std::string path_;
    std::ifstream file_;
    line_splitter splitter_{line_bytes_max};
    std::vector<char> chunk_ = std::vector<char>(chunk_bytes);
    bool is_over_ = false;
};

class replay final : public feed::task_feed {
public:
    replay(
        const feed::feed_context& context, const replay_settings& settings, line_file file,
        recording format)
        : feed::task_feed{context}, settings_{settings}, file_{std::move(file)},
          format_{std::move(format)}, pace_{settings.speed}, lines_{context.counters, "replay"},
          complaints_{"replay", context.log}
    {
    }

private:
    asio::awaitable<void> run() override
    {
        const auto source = with_.sources.intern("replay");
        if (!source) {
            with_.log.error("replay cannot run", {{"cause", source.error().message()}});
            co_return;
        }
        with_.log.info("replaying prices", {{"file", settings_.path}, {"speed", settings_.speed}});
        for (;;) {
            const auto played = co_await play_once(*source);
            if (stopping())
                co_return;
            if (!settings_.loop || played == 0) {
                complaints_.end();
                post_end(with_, "replay", "the recording has ended");
                with_.log.warn(
                    "end of the recording: no more prices will come", {{"prices", played}});
                co_return;
            }
            file_.rewind();
            pace_.begin_again();
        }
    }

    // Returns how many prices were played. While the feed stands by they are not published, and
    // the recording goes on at its pace: so it goes on where the other instance's does.
    asio::awaitable<std::uint64_t> play_once(source_id source)
    {
        asio::steady_timer timer{with_.strand};
        std::uint64_t played = 0;
        bool is_header = format_.has_header();
        while (!file_.is_over()) {
            const auto line = file_.next();
            if (++unwaited_ >= batch_lines) {
                unwaited_ = 0;
                co_await asio::post(with_.strand, asio::use_awaitable);
            }
            if (stopping())
                break;
            if (!line || std::exchange(is_header, false) || is_blank(*line))
                continue;
            const auto recorded = read(*line);
            if (!recorded)
                continue;
            const auto due = pace_.due(recorded->at, with_.time.steady_now());
            if (due > with_.time.steady_now()) {
                unwaited_ = 0;
                timer.expires_at(due);
                co_await timer.async_wait(no_throw);
            }
            if (stopping())
                break;
            if (!standing_by())
                with_.sink.publish({recorded->symbol, recorded->value, source});
            ++played;
        }
        co_return played;
    }

    std::optional<recorded_price> read(const line_splitter::line& line)
    {
        const auto recorded = line.is_too_long
                                  ? result<recorded_price>{synthetic_errc::line_too_long}
                                  : format_.parse(line.text, reader_);
        if (recorded) {
            lines_.ok();
            return *recorded;
        }
        lines_.failed(recorded.error());
        // A recording of many symbols, of which we show some, is no bad recording.
        if (recorded.error() != synthetic_errc::unknown_symbol)
            complaints_.bad(line.number, recorded.error(), with_.time.steady_now());
        return std::nullopt;
    }

    static bool is_blank(const line_splitter::line& line)
    {
        return !line.is_too_long && line.text.find_first_not_of(" \t") == std::string_view::npos;
    }

    replay_settings settings_;
    line_file file_;
    recording format_;
    replay_pace pace_;
    json::reader reader_;
    line_counter lines_;
    line_complaints complaints_;
    // Lines since the last wait, over all rounds of a loop: a file shorter than a batch would
    // otherwise never wait, and nobody could stop it.
    int unwaited_ = 0;
};

// A recording that can be played, and what it is.
struct opened_recording {
    line_file file;
    recording format;
};

opened_recording open_recording(const replay_settings& settings, const symbol_table& symbols)
{
    const auto refuse = [&](std::string_view why) {
        throw std::runtime_error{"cannot replay '" + settings.path + "': " + std::string{why}};
    };
    const bool is_speed =
        settings.speed == 0 || (settings.speed >= speed_min && settings.speed <= speed_max);
    if (!is_speed)
        refuse("the speed must be 0, or from 0.001 to 1000000000");
    std::error_code missing;
    if (!std::filesystem::is_regular_file(settings.path, missing))
        refuse(missing ? missing.message() : "not a file");
    line_file file{settings.path};
    if (!file.is_open())
        refuse("it cannot be opened");
    auto first = file.next();
    while (!first && !file.is_over())
        first = file.next();
    if (!first)
        refuse("it is empty");
    auto format = recording::of_first_line(first->text, recorded_names{symbols});
    if (!format)
        refuse(format.error().message());
    file.rewind();
    return {std::move(file), std::move(*format)};
}

}  // namespace

void check_replay(const replay_settings& settings, const symbol_table& symbols)
{
    open_recording(settings, symbols);
}

std::unique_ptr<feed::price_feed>
make_replay(const feed::feed_context& context, const replay_settings& settings)
{
    auto [file, format] = open_recording(settings, context.symbols);
    return std::make_unique<replay>(context, settings, std::move(file), std::move(format));
}

}  // namespace tickertape::synthetic
