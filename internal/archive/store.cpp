#include "archive/store.hpp"

#include "archive/candle_file.hpp"
#include "archive/reader.hpp"
#include "archive/text_file.hpp"

#include <algorithm>
#include <utility>

namespace tickertape::archive {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kind_file = "KIND";

// The kind in the file, or that of the day files if the file says none.
void check_kind(const fs::path& directory, feed_kind kind)
{
    const auto path = directory / kind_file;
    auto text = read_small(path).value_or("");
    text.erase(std::ranges::find(text, '\n'), text.end());
    const auto found = parse_kind(text);
    if (!found) {
        write_small(path, std::string{text_of(kind)} + '\n');
        return;  // recovery asks the day files
    }
    if (*found != kind)
        fail(
            archive_errc::other_kind, directory.string() + ": belongs to the feed '" + text +
                                          "', not to '" + std::string{text_of(kind)} + '\'');
}

}  // namespace

result<std::unique_ptr<store>>
store::open(const fs::path& directory, feed_kind kind, const store_options& options)
{
    return guarded([&] {
        make_directory(directory);
        auto lock = lock_directory(directory);
        check_kind(directory, kind);
        std::unique_ptr<store> made{new store{directory, kind, options.symbols, std::move(lock)}};
        made->recover_now(options);
        // Figures that are of use to somebody from the first moment on.
        if (const auto counted = made->count_bytes(); !counted)
            throw thrown_failure{counted.error()};
        return made;
    });
}

store::store(
    const fs::path& directory, feed_kind kind, const symbol_table& symbols, descriptor lock)
    : directory_{directory}, kind_{kind}, symbols_{symbols}, lock_{std::move(lock)}, progress_{
                                                                                         directory /
                                                                                         "progress"}
{
}

store::~store() = default;

void store::recover_now(const store_options& options)
{
    const auto path = directory_ / "archive.db";
    recovery_terms terms{
        .directory = directory_,
        .kind = kind_,
        .now = options.now,
        .boot = options.boot.empty() ? boot_id() : options.boot,
        .page = progress_.found()};
    catalogue::contents before;
    std::string lost;
    try {
        catalogue_ = std::make_unique<catalogue>(path);
        before = catalogue_->now();
    } catch (const thrown_failure& e) {
        if (e.said().code != archive_errc::damaged)
            throw;
        lost = e.said().text + "; moved to damaged/ and made anew from the day files";
        quarantine(path);
        catalogue_ = std::make_unique<catalogue>(path);
    }
    auto found = recover(terms, before);
    if (!lost.empty())
        found.remarks.insert(found.remarks.begin(), lost);
    for (const auto& text : found.remarks)
        found.contents.notes.push_back({options.now, text});
    const bool is_first_life = std::ranges::all_of(
        found.contents.lives, [](const life& l) { return l.boot == simulated_boot; });
    found.contents.lives.push_back({options.now, {}, terms.boot, {}, {}, false});
    // The page may still be of a time that never was: so what is to be set aside is forgotten last.
    found.contents.set_aside_after = before.set_aside_after;
    catalogue_->change(found.contents);
    last_ = found.last;
    const auto& days = catalogue_->now().days;
    for (const auto& [key, day] : days)
        held_last_ = std::max(held_last_, day.last);
    // Of what is held, only what was synced by then is known to be on the disk now.
    synced_ = std::min(found.is_same_boot ? found.synced : held_last_, last_);
    progress_.begin({last_, synced_, terms.boot});
    if (found.contents.set_aside_after != position{}) {
        progress_.force();
        found.contents.set_aside_after = {};
        catalogue_->change(found.contents);
    }
    found_ = {
        last_,
        found.synced,
        found.how,
        found.is_same_boot,
        is_first_life,
        catalogue_->now().holes,
        std::move(found.remarks)};
    publish();
}

fs::path store::path_of(const held_day& day) const
{
    return directory_ / file_name(day.key, day.form);
}

// Tells readers what is held.
void store::publish()
{
    holdings held;
    for (const auto& [key, day] : catalogue_->now().days)
        held.days.push_back(day);
    std::ranges::sort(held.days, {}, &held_day::previous);
    held.holes = catalogue_->now().holes;
    held.dropped_before = catalogue_->now().dropped_before;
    held.epoch = catalogue_->now().epoch;
    held.eras = eras_;
    // The day that is written has no end yet.
    if (writer_)
        for (auto& day : held.days)
            if (day.key == written_)
                day.last = position::from_packed(~std::uint64_t{0});
    inventory_->set(std::move(held), held_last_);
}

void store::change(catalogue::contents next)
{
    try {
        catalogue_->change(std::move(next));
    } catch (const thrown_failure&) {
        publish();
        throw;
    }
    publish();
}

// Makes the writer one of the day of `first`, the next tick.
void store::write_to(position first)
{
    const auto day = day_of(first);
    if (writer_ && written_.day == day)
        return;
    close_writer(true);
    // What came before the very first tick is not known.
    if (held_last_ == position{})
        held_last_ = first.previous();
    auto next = catalogue_->now();
    std::optional<day_key> key;
    unsigned part = 0;
    for (const auto& [other, held] : next.days)
        if (other.day == day) {
            part = std::max(part, other.part + 1);
            if (held.form == day_form::open && held.last == held_last_ && !failed_.contains(other))
                key = other;
        }
    if (!key) {
        while (fs::exists(directory_ / file_name({day, part}, day_form::open)) ||
               fs::exists(directory_ / file_name({day, part}, day_form::sealed)))
            ++part;
        key = day_key{day, part};
        create_open_day(directory_, {kind_, *key, held_last_, {}});
        next.days[*key] = {*key, day_form::open, held_last_, held_last_, 0, 0, {}};
    }
    auto made =
        std::make_unique<open_day_writer>(directory_ / file_name(*key, day_form::open), held_last_);
    catalogue_->change(std::move(next));
    writer_ = std::move(made);
    written_ = *key;
    publish();
}

void store::close_writer(bool is_trusted)
{
    if (!writer_)
        return;
    auto next = catalogue_->now();
    next.days[written_].last = held_last_;
    if (is_trusted) {
        try {
            writer_->finish();
        } catch (const thrown_failure&) {
            give_up_unsynced();
            throw;
        }
    } else {
        writer_->give_up();
    }
    writer_.reset();
    change(std::move(next));
}

result<void> store::append(std::span<const tape::past_tick> ticks)
{
    return guarded([&] {
        auto before = last_;
        for (const auto& t : ticks) {
            if (t.at <= before)
                fail(archive_errc::out_of_order, t.at.text() + " is not after " + before.text());
            if (t.at.ms() > position_ms_max || index_of(t.symbol) >= symbols_.size())
                fail(archive_errc::out_of_range, t.at.text() + ": cannot be stored");
            before = t.at;
        }
        while (!ticks.empty()) {
            const auto day = day_of(ticks.front().at);
            const auto end = std::ranges::find_if(
                ticks, [day](const tape::past_tick& t) { return day_of(t.at) != day; });
            const auto n = static_cast<std::size_t>(end - ticks.begin());
            append_part(ticks.first(n));
            ticks = ticks.subspan(n);
        }
    });
}

void store::write(std::span<const tape::past_tick> ticks)
{
    write_to(ticks.front().at);
    writer_->append(ticks, symbols_);
    // Damage of a file that was there may show only in what is added to it.
    if (!std::exchange(is_tried_, true) &&
        !can_be_read(writer_->path(), held_last_, writer_->last()))
        fail(archive_errc::damaged, writer_->path().string() + ": what was added does not verify");
}

// Appends ticks of one day.
void store::append_part(std::span<const tape::past_tick> ticks)
{
    try {
        write(ticks);
    } catch (const thrown_failure& e) {
        if (e.said().code != archive_errc::damaged || failed_.contains(written_))
            throw;
        // Something in the file that no row shows, such as an index: what it has can be read, but
        // nothing can be added. The day goes on in another part.
        failed_.insert(written_);
        close_writer(false);
        write(ticks);
    }
    last_ = held_last_ = writer_->last();
    progress_.set(last_, synced_);
    inventory_->set_last(last_);
    try {
        writer_->checkpoint_if_long();
    } catch (const thrown_failure&) {
        give_up_unsynced();
        throw;
    }
}

result<void> store::sync()
{
    return guarded([&] {
        if (catalogue_->is_behind())
            change(catalogue_->now());
        if (!writer_ || synced_ == last_)
            return;
        try {
            writer_->sync();
        } catch (const thrown_failure&) {
            give_up_unsynced();
            throw;
        }
        synced_ = last_;
        progress_.set(last_, synced_);
    });
}

// After a sync that failed, what the kernel had is lost or not, and a second sync would not tell:
// the file ends at what was synced, and the next tick begins another part of the day.
void store::give_up_unsynced()
{
    auto next = catalogue_->now();
    auto& day = next.days[written_];
    day.last = std::max(synced_, day.previous);
    held_last_ = last_ = day.last;
    failed_.insert(written_);
    writer_->give_up();
    writer_.reset();
    progress_.set(last_, synced_);
    try {
        change(std::move(next));
    } catch (const thrown_failure&) {  // the same disk; the next change writes it
        return;
    }
}

result<void> store::record_hole(hole h)
{
    return guarded([&] {
        auto next = catalogue_->now();
        if (!add_hole(next.holes, h) && !catalogue_->is_behind())
            return;
        change(std::move(next));
        // Twice, so that it is known without the catalogue as well.
        if (writer_)
            writer_->record_hole(h);
    });
}

result<void> store::end_cleanly(wall_time now)
{
    // What was found a moment ago; the next start would know nothing of it.
    if (const auto put_away = put_away_damaged(now); !put_away)
        return put_away.error();
    if (auto done = sync(); !done)
        return done;
    return guarded([&] {
        close_writer(true);
        auto next = catalogue_->now();
        if (!next.lives.empty()) {
            auto& life = next.lives.back();
            life.last = last_;
            life.synced = synced_;
            life.ended_cleanly = true;
            life.end = now;
        }
        change(std::move(next));
    });
}

std::unique_ptr<reader> store::make_reader() const
{
    return make_reader(symbols_);
}

std::unique_ptr<reader> store::make_reader(const symbol_table& symbols) const
{
    return std::make_unique<reader>(directory_, symbols, inventory_);
}

std::unique_ptr<tick_reader> store::reader_of(const symbol_table& symbols) const
{
    return make_reader(symbols);
}

candle_place store::candles() const
{
    return candle_file::place_of(directory_ / "candles.db");
}

std::unique_ptr<text_store> store::texts() const
{
    return std::make_unique<text_file>(directory_ / "texts.db");
}

}  // namespace tickertape::archive
