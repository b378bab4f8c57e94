// `tickertape export`: ticks of the archive as text, a batch at a time.
#include "archive/reader.hpp"
#include "archive/survey.hpp"
#include "core/timestamp.hpp"
#include "exporting.hpp"
#include "progress_bar.hpp"
#include "tools.hpp"
#include "transfer/tick_writer.hpp"

#include <algorithm>
#include <stdexcept>

namespace tickertape {
namespace {

constexpr std::size_t ticks_at_once = 4'096;

archive::survey look(const tool_context& c)
{
    auto found = archive::look_at(c.archive, c.kind);
    if (!found)
        throw std::runtime_error{found.error().text};
    return std::move(*found);
}

class exporting {
public:
    explicit exporting(const tool_context& c)
        : c_{c}, writer_{export_format(c)}, after_{start_of(c)}, until_{time_of_flag(c, "until")},
          found_{look(c)}, names_{wanted_names(c, found_.symbols)}, to_{c.call.get("output", "-")}
    {
        if (until_ && *until_ <= after_)
            throw bad_flag{"--until lies before --since: there is nothing to export"};
    }

    void run()
    {
        for (const auto& t : found_.trouble)
            complain(t.file.string() + ": " + t.text);
        std::string text;
        writer_.begin(text);
        if (!names_.empty() && !found_.held.days.empty())
            write_ticks(text);
        writer_.end(text);
        to_.write(text);
        to_.finish();
    }

private:
    static position start_of(const tool_context& c)
    {
        return time_of_flag(c, "since").value_or(position{}).previous();
    }

    void write_ticks(std::string& text);
    void tell_of_hole(position from, position to) const
    {
        if (from < to)
            complain(
                "missing: after " + from.text() + " (" + format_rfc3339(from.time()) + ") up to " +
                to.text() + " (" + format_rfc3339(to.time()) + ')');
    }
    bool is_recorded(position from, position to) const
    {
        return std::ranges::any_of(found_.held.holes, [&](const archive::hole& h) {
            return h.from <= from && to <= h.to;
        });
    }

    const tool_context& c_;
    // In the order in which flags are looked at: what is wrong with them is said first.
    transfer::tick_writer writer_;
    position after_;
    const std::optional<position> until_;
    archive::survey found_;
    const std::vector<std::string> names_;
    export_output to_;
};

void exporting::write_ticks(std::string& text)
{
    const auto table = symbol_table::from(names_);
    if (!table)
        throw std::runtime_error{table.error().message() + "; give --symbols"};
    const std::vector<symbol_id> all{table->all().begin(), table->all().end()};
    progress_bar bar{"exporting", c_.time};
    std::uint64_t count = 0;
    auto from = make_reader(found_, *table);
    const auto end =
        std::min(until_.value_or(position::from_packed(~std::uint64_t{0})).previous(), found_.last);
    after_ = std::max(after_, found_.held.days.front().previous);
    bool has_looked_again = false;
    while (after_ < end) {
        const auto answer = from->read({all, after_, end, ticks_at_once});
        if (!answer)
            throw std::runtime_error{answer.error().text};
        const bool is_over = answer->to <= answer->from;
        const auto known_from = is_over ? end : std::min(answer->from, end);
        if (known_from > after_ && !is_recorded(after_, known_from) && !has_looked_again) {
            // The server may have sealed a day since: then its file has another name.
            has_looked_again = true;
            found_ = look(c_);
            from = make_reader(found_, *table);
            continue;
        }
        has_looked_again = false;
        tell_of_hole(after_, known_from);
        for (const auto& t : answer->ticks)
            writer_.add(text, {table->name(t.symbol), t.value, t.at.time(), t.source, t.at});
        to_.write(text);
        text.clear();
        count += answer->ticks.size();
        if (!to_.is_terminal())
            bar.show(count, 0, "ticks");
        after_ = is_over ? end : answer->to;
    }
}

}  // namespace

int export_ticks(const tool_context& c)
{
    try {
        if (c.call.has("candles"))
            export_candles(c);
        else
            exporting{c}.run();
        return 0;
    } catch (const reader_left&) {
        return 0;  // as when `head` has seen enough
    } catch (const bad_flag& e) {
        complain("export: " + std::string{e.what()});
        return exit_refused;
    } catch (const std::exception& e) {
        complain(e.what());
        return exit_found_wrong;
    }
}

}  // namespace tickertape
