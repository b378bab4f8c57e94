#include "archiving.hpp"

#include "archive/place.hpp"
#include "archive/store.hpp"
#include "postgres/store.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <set>
#include <span>
#include <stdexcept>
#include <vector>

namespace tickertape {
namespace {

using archive::feed_kind;

// The configured symbols, and after them those that candles are there of.
symbol_table with_departed(const symbol_table& configured, const archive::candle_place& candles)
{
    std::vector<std::string> names;
    for (const auto id : configured.all())
        names.push_back(configured.name(id));
    for (const auto& name : candles.names())
        if (names.size() < symbol_table::symbols_max && !configured.find(name))
            names.push_back(name);
    const auto all = symbol_table::from(names);
    return all ? *all : configured;
}

[[noreturn]] void refuse(const archive::failure& why)
{
    throw std::runtime_error{"ARCHIVE: " + why.text};
}

}  // namespace

archiving::archiving(const archive::settings& s, feed_kind kind, const parts& of)
    : settings_{s}, kind_{kind}, of_{of}, due_{of.main}
{
    const auto now = reading_of(of_.time);
    store_ = open(now.wall);
    for (const auto& remark : store_->found().remarks)
        of_.log.warn("the archive was repaired", {{"what", remark}});
    restore(now);
    reader_ = store_->reader_of(of_.ticks.symbols());
    past_ = std::make_unique<archive::past_reader>(
        [this](const tape::past_query& query) { return reader_->read(query); });
    keep_candles();
    publish_figures();
    publish_candle_figures();
}

std::unique_ptr<archive::repository> archiving::open(wall_time now) const
{
    if (!settings_.database.empty()) {
        auto opened = postgres::store::open(
            kind_, {.now = now,
                    .symbols = of_.ticks.symbols(),
                    .url = settings_.database,
                    .state_directory = settings_.state_directory,
                    .sync = settings_.sync,
                    .boot = {},
                    .cluster = of_.cluster});
        if (!opened)
            refuse(opened.error());
        return *std::move(opened);
    }
    const auto directory =
        std::filesystem::path{settings_.directory} / std::string{archive::text_of(kind_)};
    auto opened = archive::store::open(
        directory, kind_, {.now = now, .symbols = of_.ticks.symbols(), .boot = {}});
    if (!opened)
        refuse(opened.error());
    return *std::move(opened);
}

// Of the ticks of before the candles are made now, as far as that takes no time; the recorder goes
// on with the rest.
void archiving::keep_candles()
{
    // Ticks of a day of 250 symbols are some 110 batches.
    constexpr int batches_at_start = 20;
    const auto place = store_->candles();
    candle_symbols_ = with_departed(of_.ticks.symbols(), place);
    candle_ticks_ = store_->reader_of(*candle_symbols_);
    archive::candle_keeper::limits limits;
    limits.minutes_kept = std::chrono::duration_cast<std::chrono::seconds>(settings_.minutes_kept);
    candles_ = std::make_unique<archive::candle_keeper>(
        archive::candle_keeper::parts{
            place, *candle_symbols_,
            [this](const tape::past_query& query) { return candle_ticks_->read(query); },
            store_->holds(), [this] { return store_->last(); }, of_.time,
            [this](const std::string& why) {
                if (why.empty())
                    of_.log.info("candles are kept again");
                else
                    of_.log.error("candles cannot be kept; ticks go on", {{"why", why}});
            },
            [this](const std::string& what) {
                of_.log.error("candles were damaged", {{"what", what}});
                if (const auto kept = store_->note(of_.time.wall_now(), what); !kept)
                    of_.log.warn("a note could not be kept", {{"why", kept.error().text}});
            }},
        limits);
    // What was over before the start is closed before anybody asks.
    if (candles_->catch_up(batches_at_start))
        candles_->close_by(of_.time.wall_now());
    store_->set_retention(
        {.ticks = settings_.ticks_kept,
         .bytes_most = settings_.bytes_most,
         .candles_until = [this] { return candles_->kept_until(); },
         .drop_minutes = [this] { return candles_->drop_oldest_minutes(); },
         // relaxed: a word of its own.
         .candle_bytes = [this] { return candles_->now().bytes.load(std::memory_order_relaxed); },
         .say = [this](const std::string& what) { of_.log.warn(what); },
         .dropped =
             [this](const std::string& what) {
                 of_.log.info("a day of ticks was removed", {{"what", what}});
             },
         .damaged =
             [this](const std::string& what) {
                 of_.log.error("ticks were damaged", {{"what", what}});
             }});
    statistics_ticks_ = store_->reader_of(of_.ticks.symbols());
    page_ticks_ = store_->reader_of(of_.ticks.symbols());
    history_ = std::make_unique<archive::history_reader>(archive::history_reader::parts{
        place, of_.ticks.symbols(), candles_->board(), store_->holds(),
        [this](const tape::past_query& query) { return statistics_ticks_->read(query); },
        [this](const tape::past_query& query) { return page_ticks_->read(query); }});
}

std::optional<price> archiving::last_price(symbol_id of) const
{
    constexpr auto minute = series::interval::m1;
    if (const auto forming = candles_->board().look(of).builders.front().forming())
        return forming->close;
    // The last tick of the last minute.
    const auto found = archive::guarded([&] {
        const auto until = bucket_open(minute, of_.time.wall_now()) + length(minute);
        return store_->candles()
            .open(*candle_symbols_, false)
            ->read(
                {.symbol = of,
                 .of = minute,
                 .from = {},
                 .until = until,
                 .candles_max = 1,
                 .first = series::end::newest})
            .candles;
    });
    if (!found || found->empty())
        return std::nullopt;
    return found->back().value.close;
}

archiving::~archiving()
{
    // Refused to start after all, by a port that is taken: nothing was written, nothing is missing.
    if (!recorder_)
        static_cast<void>(store_->end_cleanly(of_.time.wall_now()));
    stop();
}

// Fills the tapes with the newest ticks. A first life knows what its tapes have begun with. Only
// the sources of these are interned here; older ticks bring the names of their sources when they
// are read.
void archiving::restore(clock_reading now)
{
    const auto& found = store_->found();
    auto reader = store_->reader_of(of_.ticks.symbols());
    const auto newest = reader->newest(
        of_.ticks.of(symbol_id{0}).capacity(), archive::tick_reader::newest_days_max);
    if (!newest)
        refuse(newest.error());
    std::vector<source_id> numbers;
    for (const auto& name : newest->sources) {
        const auto number = of_.sources.intern(name.name, name.combined);
        if (!number)
            throw std::runtime_error{"ARCHIVE: " + number.error().message()};
        numbers.push_back(*number);
    }
    std::vector<tick> ticks;
    ticks.reserve(newest->ticks.size());
    for (const auto& t : newest->ticks)
        ticks.push_back({t.at, t.symbol, t.value, numbers[t.source]});
    // Where no tick ever was, nothing says that none happened: candles may have been imported.
    const bool is_first = found.how_it_ended == archive::ending::none || found.last == position{};
    const bool may_miss = found.how_it_ended == archive::ending::power_lost ||
                          found.how_it_ended == archive::ending::unknown;
    const auto known_since =
        is_first ? of_.ticks.epoch()
                 : std::max(newest->known_since, may_miss ? found.last : position{});
    const auto done = of_.ticks.restore(
        {ticks, known_since, is_first || may_miss ? known_since : position{}}, now);
    if (!done)
        throw std::runtime_error{"ARCHIVE: " + done.error().message()};
    restored_ = ticks.size();
}

void archiving::keep(tape::tape_writer& of)
{
    const auto& found = store_->found();
    of_.log.info(
        "archive opened",
        {{"place", settings_.database.empty() ? settings_.directory
                                              : archive::without_passwords(settings_.database)},
         {"last_life", std::string{last_life()}},
         {"ticks_restored", restored_},
         {"last", found.last.text()}});
    writer_ = &of;
    const auto capacity = of_.ticks.of(symbol_id{0}).capacity();
    gate_.emplace(
        of, tape::commit_gate::limits{
                .patience = settings_.patience,
                .waiting_max = std::min<std::size_t>(65'536, capacity - 1)});
    recorder_.emplace(
        archive::recorder::parts{
            *store_, of_.ticks, of_.sources, of_.time,
            [this](position up_to) {
                // relaxed: the post, or the one it finds under way, orders it.
                kept_.store(up_to.packed(), std::memory_order_relaxed);
                if (!is_posted_.exchange(true, std::memory_order_acq_rel))
                    boost::asio::post(of_.main, [this] { take_kept(); });
            },
            [this](const std::string& why) {
                if (why.empty())
                    of_.log.info("the archive works again");
                else
                    of_.log.error("the archive fails; prices go on without it", {{"why", why}});
                if (!why.empty())
                    boost::asio::post(of_.main, [this] {
                        if (writer_ != nullptr)
                            note(gate_->failed());
                    });
            },
            candles_.get()},
        archive::recorder::limits{.sync = settings_.sync});
    of.keep(this);
    recorder_->start();
}

void archiving::end_soon()
{
    is_ending_ = true;
    due_.cancel();
}

void archiving::stop()
{
    if (writer_ != nullptr) {
        writer_->keep(nullptr);
        writer_ = nullptr;
        due_.cancel();
        store_->end_soon();
        recorder_->stop();
    }
    past_.reset();
    history_.reset();
}

// On the main thread, after a tick was placed.
void archiving::ring() noexcept
{
    recorder_->ring();
    note(gate_->placed(of_.time.steady_now()));
    arm();
}

void archiving::arm()
{
    const auto due = gate_->due();
    if (is_armed_ || is_ending_ || !due)
        return;
    is_armed_ = true;
    due_.expires_at(*due);
    due_.async_wait([this](boost::system::error_code cancelled) {
        is_armed_ = false;
        if (cancelled || writer_ == nullptr)
            return;
        note(gate_->look(of_.time.steady_now()));
        arm();
    });
}

void archiving::take_kept()
{
    // acq_rel: what is stored after this brings another call.
    is_posted_.exchange(false, std::memory_order_acq_rel);
    const auto up_to = position::from_packed(kept_.load(std::memory_order_relaxed));
    // One of an era before says nothing of this one.
    if (writer_ == nullptr || up_to > writer_->placed())
        return;
    note(gate_->kept(up_to));
}

void archiving::note(std::optional<tape::commit_gate::change> change)
{
    passed_.store(gate_->passed(), std::memory_order_relaxed);
    is_passing_.store(gate_->is_passing(), std::memory_order_relaxed);
    if (gate_->is_passing())
        store_->note_shown(of_.ticks.committed());
    if (!change)
        return;
    if (*change == tape::commit_gate::change::kept_again)
        of_.log.info("the archive has caught up");
    // relaxed: a word of its own. That it fails has been logged.
    else if (!recorder_->now().failing.load(std::memory_order_relaxed))
        of_.log.warn(
            "the archive is too slow; ticks are shown before it has them",
            {{"patience_ms", settings_.patience.count()}});
}

std::string_view archiving::last_life() const noexcept
{
    const auto& found = store_->found();
    return archive::text_of(found.is_first_life ? archive::ending::none : found.how_it_ended);
}

// Of what the recorder's thread and the store have published, and of nothing else.
web::archive_report archiving::report() const
{
    using condition = web::archive_report::condition;
    // relaxed: words of their own.
    constexpr auto relaxed = std::memory_order_relaxed;
    const auto& figures = recorder_->now();
    const auto view = store_->holds()->look();
    const auto& held = *view.held;
    web::archive_report now;
    now.state = figures.failing.load(relaxed) ? condition::failing
                : is_passing_.load(relaxed)   ? condition::passing
                                              : condition::ok;
    now.why = recorder_->complaint();
    now.kind = archive::text_of(kind_);
    now.last_life = last_life();
    now.last = view.last;
    now.synced = position::from_packed(figures.synced.load(relaxed));
    now.passed = passed_.load(relaxed);
    now.failures = figures.failures.value();
    std::set<archive::utc_day> days;
    std::set<archive::utc_day> open_days;
    for (const auto& day : held.days) {
        days.insert(day.key.day);
        if (day.form == archive::day_form::open)
            open_days.insert(day.key.day);
        now.sealed_bytes += day.bytes;
    }
    now.days = days.size();
    now.sealed_days = days.size() - open_days.size();
    const auto& candles = candles_->now();
    // Before they have been counted once, what came since says little.
    for (const auto of : series::intervals) {
        const auto& h = candles.held[static_cast<std::size_t>(of)];
        const auto count = h.candles.load(relaxed);
        if (candles.checks.value() != 0 && count != 0)
            now.candles.push_back(
                {text(of), count, wall_time{std::chrono::seconds{h.first.load(relaxed)}}});
    }
    now.candle_bytes = candles.bytes.load(relaxed);
    now.holes_known = held.holes.size();
    const auto listed = std::min(held.holes.size(), web::archive_report::holes_listed_max);
    for (const auto& missing : std::span{held.holes}.last(listed))
        now.holes.push_back({missing.from, missing.to, archive::text_of(missing.reason)});
    return now;
}

}  // namespace tickertape
