#include "archive/candle_survey.hpp"

#include "archive/candle_file.hpp"
#include "archive/candle_row.hpp"
#include "core/timestamp.hpp"

#include <algorithm>

namespace tickertape::archive {
namespace {

namespace fs = std::filesystem;

using series::candle_time;
using series::interval;

// Of one file; damage that is spread over it is counted.
constexpr std::size_t findings_max = 100;
constexpr std::size_t candles_at_once = 20'000;
// A candle that opens later is none of ours.
constexpr candle_time last_of_all =
    candle_time{std::chrono::sys_days{std::chrono::year{9999} / std::chrono::January / 1}};

std::string text_of(candle_time t)
{
    return format_rfc3339(wall_time{t});
}

class verifying {
public:
    explicit verifying(const fs::path& path) : path_{path} {}

    std::vector<candle_finding> run()
    {
        const database file{path_, database::access::read};
        if (file.schema_version(candle_file::schema) < candle_file::schema)
            return {{"is of a version before; a start of the server brings it to this one", true}};
        look_at_structure(file);
        look_at_names(file);
        look_at_facts(file);
        look_for_strays(file);
        const auto names = candle_file::names_in(path_);
        for (std::size_t first = 0; first < names.size(); first += symbol_table::symbols_max) {
            const auto end = std::min(names.size(), first + symbol_table::symbols_max);
            const std::vector<std::string> some(
                names.begin() + static_cast<std::ptrdiff_t>(first),
                names.begin() + static_cast<std::ptrdiff_t>(end));
            const auto symbols = symbol_table::from(some);
            if (!symbols) {
                add("has a name that is none of a symbol", true);
                continue;
            }
            look_at_candles_of(*symbols);
        }
        if (more_ > 0)
            add_always("and " + std::to_string(more_) + " more ranges", is_more_wrong_);
        return std::move(findings_);
    }

private:
    void add_always(std::string text, bool is_wrong)
    {
        findings_.push_back({std::move(text), is_wrong});
    }
    void add(std::string text, bool is_wrong)
    {
        if (findings_.size() < findings_max) {
            add_always(std::move(text), is_wrong);
            return;
        }
        ++more_;
        is_more_wrong_ = is_more_wrong_ || is_wrong;
    }

    void look_at_structure(const database& file)
    {
        auto s = file.prepare("PRAGMA integrity_check(10)");
        while (s.step())
            if (s.text(0) != "ok")
                add("its structure is damaged: " + std::string{s.text(0)}, true);
    }
    void look_at_names(const database& file)
    {
        for (const std::string table : {"symbols", "sources"}) {
            auto s = file.prepare("SELECT id, name, \"check\" FROM " + table);
            while (s.step())
                if (crc_of(s.integer(0), s.text(1)) != static_cast<std::uint32_t>(s.integer(2)))
                    add("a name in " + table + " does not verify: number " +
                            std::to_string(s.integer(0)),
                        true);
        }
    }
    void look_at_facts(const database& file)
    {
        auto s = file.prepare("SELECT name, value, \"check\" FROM facts");
        while (s.step())
            if (crc_of(s.integer(1), s.text(0)) != static_cast<std::uint32_t>(s.integer(2)))
                add("a fact does not verify: " + std::string{s.text(0)}, true);
        const auto symbols = file.integer("SELECT coalesce((SELECT value FROM facts WHERE name ="
                                          " 'symbols'), 0) - (SELECT count(*) FROM symbols)");
        if (symbols != 0)
            add("the name of a symbol is gone", true);
    }
    // No question about a symbol and an interval finds them.
    void look_for_strays(const database& file)
    {
        std::string known;
        for (const auto of : series::intervals)
            known.append(known.empty() ? "" : ", ").append(std::to_string(seconds_of(of)));
        const auto strays = file.integer(
            "SELECT count(*) FROM candles WHERE symbol NOT IN (SELECT id FROM symbols)"
            " OR interval NOT IN (" +
            known + ") OR time < 0");
        if (strays != 0)
            add(std::to_string(strays) + " candles are of no symbol or interval that it knows",
                true);
    }
    void look_at_candles_of(const symbol_table& symbols)
    {
        candle_file file{path_, symbols, false};
        lost_ = file.lost();
        for (const auto symbol : symbols.all())
            for (const auto of : series::intervals)
                for (candle_time from{}; from < last_of_all;)
                    from = look_on(file, symbols, symbol, of, from);
    }
    // Returns where it is to go on.
    candle_time look_on(
        candle_file& file, const symbol_table& symbols, symbol_id symbol, interval of,
        candle_time from)
    {
        const auto found = file.read({symbol, of, from, last_of_all, candles_at_once});
        auto next = from + length(of);
        if (!found.candles.empty())
            next = std::max(next, found.candles.back().value.opens + length(of));
        for (const auto& d : found.damaged) {
            next = std::max(next, d.until);
            const bool is_known = is_covered(d, lost_);
            add((is_known ? "lost for good: candles of " : "does not verify: candles of ") +
                    std::string{series::text(of)} + " of " + symbols.name(symbol) + " from " +
                    text_of(d.from) + " up to " +
                    (d.until >= last_of_all ? "the end" : text_of(d.until)),
                !is_known);
        }
        return found.has_more ? next : last_of_all;
    }

    const fs::path path_;
    std::vector<candle_damage> lost_;
    std::vector<candle_finding> findings_;
    std::size_t more_ = 0;
    bool is_more_wrong_ = false;
};

}  // namespace

candle_survey look_at_candles(const fs::path& path)
{
    candle_survey found;
    if (!fs::exists(path))
        return found;
    const database file{path, database::access::read};
    auto s = file.prepare("SELECT interval, count(*), min(time), max(time) FROM candles GROUP BY 1"
                          " ORDER BY 1");
    while (s.step())
        for (const auto of : series::intervals)
            if (seconds_of(of) == s.integer(0))
                found.held.push_back(
                    {of, static_cast<std::uint64_t>(s.integer(1)), time_of(s.integer(2)),
                     time_of(s.integer(3))});
    s.reset();
    found.bytes = fs::file_size(path);
    std::error_code none;
    const auto log = fs::file_size(path.string() + "-wal", none);
    found.bytes += none ? 0 : log;
    return found;
}

wall_time last_loss_in(const fs::path& path)
{
    if (!fs::exists(path))
        return {};
    const database file{path, database::access::read};
    auto s = file.prepare("SELECT value, \"check\" FROM facts WHERE name = ?");
    s.bind(1, last_loss_fact);
    const bool is_known = s.step() && crc_of(s.integer(0), last_loss_fact) ==
                                          static_cast<std::uint32_t>(s.integer(1));
    return is_known ? wall_time{time_of(s.integer(0))} : wall_time{};
}

std::vector<candle_finding> verify_candles(const fs::path& path)
{
    if (!fs::exists(path))
        return {};
    try {
        return verifying{path}.run();
    } catch (const thrown_failure& e) {
        if (e.said().code != archive_errc::damaged)
            throw;
        auto why = e.said().text;
        if (const auto named = path.string() + ": "; why.starts_with(named))
            why.erase(0, named.size());
        return {{"cannot be read everywhere: " + why, true}};
    }
}

}  // namespace tickertape::archive
