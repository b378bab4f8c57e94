#include "synthetic/pipe.hpp"

#include "asio/no_throw.hpp"
#include "feed/task_feed.hpp"
#include "synthetic/end_report.hpp"
#include "synthetic/errors.hpp"
#include "synthetic/line_complaints.hpp"
#include "synthetic/line_counter.hpp"
#include "synthetic/line_splitter.hpp"
#include "synthetic/pipe_line.hpp"
#include "telemetry/log.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <stdexcept>
#include <vector>

namespace tickertape::synthetic {
namespace {

constexpr std::size_t line_bytes_max = 64 * 1024;
constexpr std::size_t chunk_bytes = 64 * 1024;

// A descriptor of our own for the same input. Non-blocking is a property of the open file, which
// we share with the shell that started us and must not change under it; opening the file anew
// gives us one of our own. Sockets cannot be opened anew: for them a copy must do.
int open_own(int descriptor)
{
    const auto path = "/proc/self/fd/" + std::to_string(descriptor);
    const int own = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    if (own < 0)
        return ::fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
    // A file opened anew begins at its beginning; what was read of it before us is not ours.
    if (const auto at = ::lseek(descriptor, 0, SEEK_CUR); at > 0)
        ::lseek(own, at, SEEK_SET);
    return own;
}

bool is_open_for_reading(int descriptor)
{
    const int flags = ::fcntl(descriptor, F_GETFL);
    return flags >= 0 && (flags & O_ACCMODE) != O_WRONLY;
}

class pipe_feed final : public feed::task_feed {
public:
    pipe_feed(const feed::feed_context& context, int own_descriptor)
        : feed::task_feed{context}, names_{context.symbols}, input_{context.strand, own_descriptor},
          lines_{context.counters, "pipe"}, complaints_{"pipe", context.log}
    {
    }

private:
    asio::awaitable<void> run() override
    {
        const auto source = with_.sources.intern("pipe");
        if (!source) {
            with_.log.error("pipe cannot run", {{"cause", source.error().message()}});
            co_return;
        }
        std::vector<char> chunk(chunk_bytes);
        // Each read is an operation of its own even when bytes are waiting, so whatever else the
        // strand has to do, stopping included, is done between two chunks.
        while (!stopping()) {
            const auto [ec, count] = co_await input_.async_read_some(asio::buffer(chunk), no_throw);
            if (stopping())
                break;
            if (ec)
                splitter_.end();
            else
                splitter_.append({chunk.data(), count});
            while (const auto line = splitter_.next())
                take(*line, *source);
            if (ec) {
                said_end(ec);
                break;
            }
        }
        error_code_type ignored;
        input_.close(ignored);
    }

    void take(const line_splitter::line& line, source_id source)
    {
        if (!line.is_too_long && is_blank(line.text))
            return;
        const auto read = line.is_too_long ? result<pipe_price>{synthetic_errc::line_too_long}
                                           : parse_pipe_line(line.text, names_, reader_);
        if (!read) {
            lines_.failed(read.error());
            const auto named = read.error() == synthetic_errc::unknown_symbol
                                   ? name_in_pipe_line(line.text, reader_)
                                   : std::string{};
            complaints_.bad(line.number, read.error(), with_.time.steady_now(), named);
            return;
        }
        lines_.ok();
        if (!standing_by())
            with_.sink.publish({read->symbol, read->value, source});
    }

    void said_end(const boost::system::error_code& ec)
    {
        complaints_.end();
        post_end(with_, "pipe", "the input has ended");
        if (ec == asio::error::eof)
            with_.log.warn("end of input: no more prices will come", {{"feed", "pipe"}});
        else
            with_.log.error(
                "input lost: no more prices will come",
                {{"feed", "pipe"}, {"cause", ec.message()}});
    }

    static bool is_blank(std::string_view text)
    {
        return text.find_first_not_of(" \t") == std::string_view::npos;
    }

    using error_code_type = boost::system::error_code;

    recorded_names names_;
    asio::posix::stream_descriptor input_;
    line_splitter splitter_{line_bytes_max};
    json::reader reader_;
    line_counter lines_;
    line_complaints complaints_;
};

}  // namespace

std::unique_ptr<feed::price_feed>
make_pipe(const feed::feed_context& context, const pipe_settings& settings)
{
    const int own = is_open_for_reading(settings.descriptor) ? open_own(settings.descriptor) : -1;
    if (own < 0)
        throw std::runtime_error{"the pipe has nothing to read: standard input is closed"};
    return std::make_unique<pipe_feed>(context, own);
}

}  // namespace tickertape::synthetic
