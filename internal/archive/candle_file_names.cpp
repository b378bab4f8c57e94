// The names that rows of candles.db use: those of symbols and of sources, each with its check.
#include "archive/candle_file.hpp"

#include "archive/candle_row.hpp"

namespace tickertape::archive {

// Names that do not verify stand for nothing, and so do the rows that use them.
void candle_file::read_names()
{
    by_id_.assign(symbols_.size(), std::nullopt);
    nameless_.clear();
    auto s = file_.prepare("SELECT id, name, \"check\" FROM symbols");
    while (s.step()) {
        const auto number = s.integer(0);
        if (crc_of(number, s.text(1)) != static_cast<std::uint32_t>(s.integer(2)))
            nameless_.push_back(number);
        else if (const auto id = symbols_.find(s.text(1)))
            by_id_[index_of(*id)] = name{number, crc_of(s.text(1))};
    }
    sources_.clear();
    auto t = file_.prepare("SELECT id, name, \"check\" FROM sources");
    while (t.step())
        if (crc_of(t.integer(0), t.text(1)) == static_cast<std::uint32_t>(t.integer(2)))
            sources_[t.integer(0)] = {std::string{t.text(1)}, crc_of(t.text(1))};
}

// Whether rows may be those of a symbol whose name is damaged or gone.
bool candle_file::has_lost_names()
{
    return !nameless_.empty() ||
           fact(symbols_fact) != file_.integer("SELECT count(*) FROM symbols");
}

// Gives a number whose name is damaged or gone the name with which its rows verify. Returns false
// where none of the table is. What only reads knows it until it reads the names again.
bool candle_file::find_lost_names()
{
    bool are_all_found = true;
    auto gone = file_.prepare(
        "SELECT DISTINCT symbol FROM newest WHERE symbol NOT IN (SELECT id FROM symbols)");
    while (gone.step())
        nameless_.push_back(gone.integer(0));
    for (const auto number : nameless_) {
        auto rows = file_.prepare(
            "SELECT time, open, high, low, close, ticks, overlaps_hole, source, \"check\", interval"
            " FROM candles WHERE symbol = ? LIMIT 10");
        rows.bind(1, number);
        std::optional<symbol_id> found;
        while (!found && rows.step())
            for (const auto id : symbols_.all())
                for (const auto of : series::intervals)
                    if (!by_id_[index_of(id)] && seconds_of(of) == rows.integer(9) &&
                        taken(rows, crc_of(symbols_.name(id)), of).is_good)
                        found = id;
        rows.reset();
        if (!found) {
            are_all_found = false;
            continue;
        }
        const auto& text = symbols_.name(*found);
        if (!put_) {
            by_id_[index_of(*found)] = name{number, crc_of(text)};
            continue;
        }
        auto s = file_.prepare("INSERT OR REPLACE INTO symbols VALUES(?, ?, ?)");
        s.bind(1, number);
        s.bind(2, std::string_view{text});
        s.bind(3, static_cast<std::int64_t>(crc_of(number, text)));
        s.run();
        by_id_[index_of(*found)] = name{number, crc_of(text)};
    }
    if (put_ && has_lost_names()) {
        read_names();
        set_fact(symbols_fact, file_.integer("SELECT count(*) FROM symbols"));
    }
    return are_all_found;
}

std::optional<candle_file::name> candle_file::symbol_of(symbol_id id)
{
    auto& known = by_id_[index_of(id)];
    // Another connection may have added it.
    if (!known && !put_)
        read_names();
    return known;
}

candle_file::name candle_file::make_symbol(symbol_id id)
{
    auto& known = by_id_[index_of(id)];
    if (!known) {
        const auto& text = symbols_.name(id);
        const auto number =
            file_.integer("SELECT 1 + max((SELECT coalesce(max(id), 0) FROM symbols),"
                          " (SELECT coalesce(max(symbol), 0) FROM newest))");
        auto s = file_.prepare("INSERT INTO symbols VALUES(?, ?, ?)");
        s.bind(1, number);
        s.bind(2, std::string_view{text});
        s.bind(3, static_cast<std::int64_t>(crc_of(number, text)));
        s.run();
        known = name{number, crc_of(text)};
        set_fact(symbols_fact, file_.integer("SELECT count(*) FROM symbols"));
        for (const auto of : series::intervals)
            note_newest(*known, of, 0);
    }
    return *known;
}

void candle_file::note_symbols()
{
    savepoint whole{file_};
    for (const auto id : symbols_.all())
        make_symbol(id);
    whole.commit();
}

std::vector<std::string> candle_file::names_in(const std::filesystem::path& path)
{
    std::vector<std::string> names;
    const auto read = guarded([&] {
        if (!std::filesystem::exists(path))
            return;
        const database file{path, database::access::read};
        auto s = file.prepare("SELECT id, name, \"check\" FROM symbols ORDER BY id");
        while (s.step())
            if (crc_of(s.integer(0), s.text(1)) == static_cast<std::uint32_t>(s.integer(2)))
                names.emplace_back(s.text(1));
    });
    return read ? names : std::vector<std::string>{};
}

std::int64_t candle_file::make_source(std::string_view text)
{
    if (text.empty())
        return 0;
    for (const auto& [number, known] : sources_)
        if (known.first == text)
            return number;
    const auto number = file_.integer("SELECT coalesce(max(id), 0) + 1 FROM sources");
    auto s = file_.prepare("INSERT INTO sources VALUES(?, ?, ?)");
    s.bind(1, number);
    s.bind(2, text);
    s.bind(3, static_cast<std::int64_t>(crc_of(number, text)));
    s.run();
    sources_[number] = {std::string{text}, crc_of(text)};
    return number;
}

const std::string* candle_file::source_name(std::int64_t number)
{
    static const std::string ours;
    if (number == 0)
        return &ours;
    if (!sources_.contains(number) && !put_)
        read_names();
    const auto at = sources_.find(number);
    return at == sources_.end() ? nullptr : &at->second.first;
}

std::uint32_t candle_file::source_check(std::int64_t number)
{
    return number == 0 || source_name(number) == nullptr ? 0 : sources_[number].second;
}

}  // namespace tickertape::archive
