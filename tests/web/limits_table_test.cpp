// The limits, settings and metrics of docs/operations.md are those of the code.
#include "archive/candle_keeper.hpp"
#include "archive/past_reader.hpp"
#include "archive/recorder.hpp"
#include "archive/text_keeper.hpp"
#include "candles/snapshot.hpp"
#include "config/table.hpp"
#include "feed/candle_source.hpp"
#include "feed/coin_feed.hpp"
#include "feed/currency_feed.hpp"
#include "feed/fear_greed_feed.hpp"
#include "feed/market_feed.hpp"
#include "feed/network_feed.hpp"
#include "feed/news_feed.hpp"
#include "http/admission.hpp"
#include "http/gzip.hpp"
#include "http/refusal.hpp"
#include "http/response_writer.hpp"
#include "market/checks.hpp"
#include "market/currency_rates.hpp"
#include "market/supply_memory.hpp"
#include "market/table.hpp"
#include "news/item.hpp"
#include "postgres/connection.hpp"
#include "postgres/store.hpp"
#include "pricing/price_policy.hpp"
#include "pricing/quote_checks.hpp"
#include "provider/registry.hpp"
#include "relay/redis_texts.hpp"
#include "support/limits_table.hpp"
#include "tape/commit_gate.hpp"
#include "telemetry/log.hpp"
#include "tls/tls_writer.hpp"
#include "web/answer_limits.hpp"
#include "web/backfill_desk.hpp"
#include "web/static_files.hpp"
#include "web/topics.hpp"

#include <filesystem>
#include <iterator>
#include <set>

using namespace tickertape;
using namespace tickertape::testing;

namespace {

using names = std::set<std::string>;

const config::setting_table& settings_there_are()
{
    static const config::setting_table table{provider::provider_rows()};
    return table;
}

std::string text_of(const std::filesystem::path& file)
{
    std::ifstream in{file};
    REQUIRE(in);
    return {std::istreambuf_iterator<char>{in}, {}};
}

// The first groups of all matches.
names all_matches(const std::string& text, const char* pattern)
{
    const std::regex wanted{pattern};
    names all;
    for (std::sregex_iterator found{text.begin(), text.end(), wanted}, end; found != end; ++found)
        all.insert((*found)[1].str());
    return all;
}

// Every string of the server that consists of small letters: names of metrics, labels and values.
const names& words_of_the_code()
{
    static const names all = [] {
        names found;
        const std::filesystem::path root{TICKERTAPE_ROOT};
        for (const auto& folder : {root / "internal", root / "cmd/tickertape"})
            for (const auto& file : std::filesystem::recursive_directory_iterator{folder})
                if (file.path().extension() == ".cpp" || file.path().extension() == ".hpp")
                    found.merge(all_matches(text_of(file.path()), R"re("([a-z_]+)")re"));
        return found;
    }();
    return all;
}

std::string operations()
{
    return text_of(TICKERTAPE_ROOT "/docs/operations.md");
}

void check_settings(const std::map<std::string, limits_row>& rows)
{
    names there;
    for (const auto& s : settings_there_are().rows())
        there.insert(s.name);
    for (const auto& [name, row] : rows)
        for (const auto& cell : row.cells)
            for (const auto& named : all_matches(cell, "`([A-Z]+_[A-Z_]+)`")) {
                CAPTURE(named);
                CHECK(there.contains(named));
            }
}

// Each limit says what counts it, or why nothing does: `gaps_total`, `requests_total{status="404"}`
// or a reason of tickertape_refused_total.
void check_counters(const std::map<std::string, limits_row>& rows)
{
    const auto& words = words_of_the_code();
    for (const auto& [name, row] : rows) {
        const auto& counted = row.cells.at(3);
        CAPTURE(name, counted);
        const auto named = all_matches(counted, R"re(`([a-z_]+)[`{])re");
        CHECK((!named.empty() || counted.starts_with("not counted: ")));
        for (const auto& metric : named) {
            CAPTURE(metric);
            CHECK((words.contains("tickertape_" + metric) || words.contains(metric)));
        }
        for (const auto& value : all_matches(counted, R"re(="([a-z_]+)")re"))
            CHECK(words.contains(value));
    }
}

}  // namespace

TEST_CASE("the documented limits of the server are those of the code", "[web]")
{
    const auto s = settings_there_are().defaults();
    const auto& streams = s.streams;
    const auto& past = streams.past;
    const auto batch = size(streams.planner.batch_bytes_max);
    const feed::candle_source::limits candles;
    const auto tables = feed::limits_of_tables();
    const auto coins_asked = feed::limits_of_coins();
    const feed::coin_limits coins;
    const auto feeds = feed::limits_of_news();
    const auto percent = [](double part) {
        return std::to_string(static_cast<int>(part * 100 + 0.5)) + " %";
    };
    const std::map<std::string, figures> coded{
        {"ticks held per symbol", {count(s.store_size)}},
        {"one request for candles of before",
         {time(candles.deadline), count(candles.attempts_max), time(candles.wait_max)}},
        {"pieces of work on candles that wait for the recorder's thread",
         {count(archive::candle_keeper::limits{}.work_max)}},
        {"unsent bytes per subscriber, user space", {size(tls::tls_writer::record_bytes)}},
        // The 400 bytes were measured.
        {"different sets of symbols", {count(sizeof(symbol_id)), "400"}},
        {"bytes that a lane assembles for one subscriber, if they are not in the cache",
         {batch, batch}},
        {"time for which a subscriber may read nothing while something waits to be sent",
         {time(streams.stalled)}},
        {"age of the oldest unread tick, for a subscriber that had caught up", {time(streams.lag)}},
        {"time in which a subscriber that never caught up must take more events than new ticks "
         "come for it",
         {time(streams.lag)}},
        {"age of a stream", {count(static_cast<std::size_t>(streams.age.count()))}},
        {"replays of the past per lane, waiting or not", {count(past.replays_max)}},
        {"batches of the past in memory per lane", {count(past.permits)}},
        {"ticks in one batch of the past", {count(past.batch_ticks)}},
        {"time for the past to answer", {time(past.answer)}},
        {"time for a client to read a batch of the past", {time(past.write)}},
        {"time to read the last event of a stream", {time(streams.farewell)}},
        {"streams of candles per lane", {count(streams.candles.streams_max)}},
        {"unsent bytes of a lane, beyond which no stream of candles begins",
         {size(streams.candles.beginnings_bytes_max)}},
        {"time between two events of a candle that forms", {time(streams.candles.interval)}},
        {"symbols of a stream of candles", {count(web::candle_stream_symbols_max)}},
        {"closed candles that a stream begins with: of each symbol, of all",
         {count(web::candle_stream_candles_usual), count(web::candle_stream_candles_max)}},
        {"closed candles of a symbol that a lane holds for slow readers",
         {count(candles::closed_kept_max)}},
        {"gaps of a symbol that a stream of candles begins with", {count(candles::gaps_told_max)}},
        {"what a subscriber may send after its request", {}},
        {"kernel send buffer per subscriber",
         {size(static_cast<std::size_t>(streams.socket.send_buffer_bytes)),
          size(static_cast<std::size_t>(streams.socket.unsent_bytes))}},
        {"encoded frames per lane and framing", {size(streams.planner.cache.bytes_max)}},
        {"bytes of one event of a topic", {size(streams.planner.topic_event_bytes)}},
        {"changes of topics that a lane knows by their time",
         {count(hub::topic_ledger::changes_kept), time(hub::topic_ledger::overlap)}},
        {"versions of the parts of all topics in a lane", {count(hub::topic_ledger::version_max)}},
        {"days of one order of candles, problems of it that are listed",
         {count(static_cast<std::size_t>(web::order_days_max.count())),
          count(web::backfill_report::problems_listed_max)}},
        {"orders of candles at once", {"1"}},
        {"items of news that a topic begins with", {count(web::news_items_followed)}},
        {"bytes sent to one subscriber before the next has its turn", {size(streams.turn_bytes)}},
        {"time from the start of one sweep to the start of the next",
         {"0." + count(static_cast<std::size_t>(streams.pace.per_served.count() / 100)) + " ms",
          time(streams.pace.most)}},
        {"subscribers in one slice of a sweep", {count(streams.slice_subscribers)}},
        {"time for a TLS handshake", {time(s.http.request)}},
        {"TLS hellos of a lane that wait for their answer", {count(s.http.handshakes_waiting)}},
        {"TLS records under one key", {count(tls::tls_writer::records_max)}},
        {"unsent bytes of a TLS record per subscriber", {size(tls::tls_writer::record_bytes)}},
        {"time for which a tick waits for the archive", {time(s.archive.patience)}},
        {"ticks that wait for the archive", {count(tape::commit_gate::limits{}.waiting_max)}},
        {"ticks in one transaction of the archive", {count(archive::recorder::limits{}.batch_max)}},
        {"time that PostgreSQL may take for a statement",
         {time(postgres::connection::answer_max), time(postgres::connection::long_answer_max)}},
        {"time that a lock of somebody else in PostgreSQL is waited for",
         {time(postgres::connection::lock_wait_max)}},
        {"time for which the instance that writes a shared archive may hang",
         {time(postgres::stuck_max)}},
        {"closed candles that wait for the instance which keeps them",
         {count(archive::candle_keeper::limits{}.unwritten_max)}},
        {"questions about the past that wait", {count(archive::past_reader::waiting_max)}},
        {"idle connection", {time(s.http.idle)}},
        {"what a peer may send after its last answer, and for how long it may stay",
         {size(s.http.linger_bytes), time(s.http.linger)}},
        {"page that is compressed on request",
         {size(http::gzip_bytes_min), size(http::gzip_bytes_max)}},
        {"file of `STATIC_DIR`", {size(web::static_files::file_bytes_max)}},
        {"ticks in one answer of the history", {count(web::history_ticks_max)}},
        {"symbols, points of each in one answer of `/api/watchlist`",
         {count(web::watchlist_symbols_max), count(web::watchlist_points_max)}},
        {"symbols, days in one answer of `/api/compare`",
         {count(web::compare_symbols_max), count(web::compare_days_max)}},
        {"candles in one answer", {count(web::candles_usual), count(web::candles_max)}},
        {"coins in one answer of `/api/cryptos`, the text to search for",
         {count(web::market_coins_usual), count(market::coins_max),
          size(web::market_search_bytes_max)}},
        {"coins of a table of the market, prices of a coin's week",
         {count(market::coins_max), count(market::sparkline_points_max)}},
        {"one request for a table of the market",
         {time(feed::table_response), size(feed::table_bytes_max), count(tables.attempts_max),
          time(tables.wait_max)}},
        {"one request for a single coin, its history or what is trending",
         {time(coins_asked.deadline), size(feed::coin_bytes_max), count(coins_asked.attempts_max),
          time(coins_asked.wait_max)}},
        {"answers on single coins that are kept", {count(coins.answers_max)}},
        {"questions on coins that are asked at once, that wait for the source; how long who asks "
         "waits",
         {count(coins.at_once_max), count(coins.waiting_max), time(coins.wait_max)}},
        {"how old an answer may be: a coin, hours, days, what is trending, that a coin is unknown",
         {time(coins.detail_age), time(coins.hours_age), time(coins.days_age),
          time(coins.trending_age), time(coins.unknown_age)}},
        {"links of one kind, categories, description of a coin; a link",
         {count(market::coin_links_max), count(market::coin_categories_max),
          count(market::description_bytes_max), count(market::coin_link_bytes_max)}},
        {"points of a coin's history, coins that are trending",
         {count(market::chart_points_max), count(market::trending_coins_max)}},
        {"requests for the market of one source in a month", {count(s.market.calls_a_month)}},
        {"figures of the market, or news, as one text of the archive",
         {size(archive::kept_text_bytes_max)}},
        {"the same as one text of a cluster", {size(relay::shared_text_bytes_max)}},
        {"items in one answer of `/api/news`, the text to search for",
         {count(web::news_items_usual), count(web::news_items_max),
          count(web::news_search_bytes_max)}},
        {"feeds of news, items that are kept of each",
         {count(news::feeds_max), count(news::kept_items_max)}},
        {"one request for a feed of news",
         {time(feed::news_response), size(news::feed_bytes_max), count(feeds.attempts_max),
          count(feed::news_redirects_max), time(feeds.wait_max)}},
        {"items of a feed, elements in each other",
         {count(news::feed_items_max), count(news::depth_max)}},
        {"title, summary, link of an item",
         {count(news::title_bytes_max), count(news::summary_bytes_max),
          size(news::link_bytes_max)}},
        {"one request for Bitcoin's network",
         {time(feed::table_response), size(feed::network_bytes_max), count(tables.attempts_max),
          time(tables.wait_max)}},
        {"blocks of an answer on Bitcoin's network", {count(market::blocks_read_max)}},
        {"one request for the Fear and Greed Index",
         {time(feed::table_response), size(feed::daily_bytes_max), count(tables.attempts_max),
          time(tables.wait_max)}},
        {"one request for Bitcoin's realised value",
         {time(feed::table_response), size(feed::daily_bytes_max), count(tables.attempts_max),
          time(tables.wait_max)}},
        {"the word for a value of the Fear and Greed Index", {count(market::mood_word_bytes_max)}},
        {"one request for rates of currencies",
         {time(feed::table_response), size(feed::currencies_bytes_max), count(tables.attempts_max),
          time(tables.wait_max)}},
        {"currencies of an answer", {count(market::currencies_max)}},
        {"a rate from one day to the next, its age",
         {percent(market::rate_jump_max),
          count(static_cast<std::size_t>(market::rate_days_max.count()))}},
        {"the part of one provider in a weighted price, the age of a volume",
         {percent(pricing::weight_share_max), time(pricing::quote_limits{}.volume_age_max)}},
        {"averages in one answer, their period, candles of the range",
         {count(web::averages_max), count(web::average_period_max),
          count(web::average_candles_max)}},
        {"coins that instances want of the leader of a cluster, together",
         {size(relay::wanted_bytes_max)}},
        {"answers on coins that the leader has yet to give",
         {count(feed::shared_coins_waiting_max)}},
        {"a supply, or what it is worth, from one answer to the next",
         {count(static_cast<std::size_t>(market::usual_checks.supply_step_max)),
          time(market::usual_checks.supply_doubted_for)}},
        {"coins of a source whose supplies are remembered",
         {count(market::supplies_remembered_max)}},
        {"log lines waiting", {count(telemetry::logger::queue_lines_max)}},
    };
    const auto rows = limits_rows("operations.md", "## Limits");
    check_limits(rows, coded);
    check_settings(rows);
    check_counters(rows);
}

TEST_CASE("the documented limits against overload are those of the code", "[web]")
{
    const auto s = settings_there_are().defaults();
    const auto& http = s.http;
    const auto& clients = s.admission;
    const auto burst = std::chrono::seconds{static_cast<int>(http::burst_seconds)};
    const auto reserve = "reserve of connections to answer them";
    const std::map<std::string, figures> coded{
        {"`MAX_CONNECTIONS`, streams included",
         {count(s.max_connections), count(http::connections_unasked_max)}},
        {reserve, {count(http::reserve_least), count(http::reserve_most), time(http.reserve_time)}},
        {"`MAX_CONNECTIONS_PER_IP`", {count(clients.connections_per_client)}},
        {"`MAX_REQUESTS_PER_SECOND_PER_IP`, with the requests of " + time(burst) + " at once",
         {count(static_cast<std::size_t>(clients.requests_per_second_per_client))}},
        {"clients without a connection whose rate is remembered", {count(clients.remembered)}},
        {"time to begin a first request", {time(http.request)}},
        {"time for a request", {time(http.request)}},
        {"time to read " + size(http::response_writer::piece_bytes) +
             " of an answer; a whole answer",
         {time(http.write), time(http.answer)}},
        {"bytes of answers in the kernel for one connection",
         {size(static_cast<std::size_t>(http.send_buffer_bytes))}},
        {"answers of more than " + size(http.small_answer_bytes) +
             " that wait in a lane for the kernel",
         {size(http.answer_bytes), size(2 * http.answer_bytes)}},
        {"bodies of requests that a lane holds, for routes that read them",
         {size(http.held_body_bytes)}},
        {"requests of a lane that wait for another thread's answer",
         {count(http.requests_waiting)}},
        {"time for such an answer", {time(http.wait)}},
        {"the same, when the instance drains", {time(http.wait_at_stop)}},
        {"head of a request; chunk headers and trailer of a body", {size(http.header_bytes)}},
        {"body of a request", {size(http.body_bytes)}},
        {"first line: no HTTP/1, a TLS hello, the HTTP/2 preface", {}},
        {"fields: folded, bare CR or LF, NUL, a blank before the colon, not one `Host`, or one "
         "that names no host",
         {}},
        {"length of a body given twice, in two ways, or with another coding than `chunked`", {}},
        {"malformed chunks", {}},
    };
    const auto rows = limits_rows("operations.md", "## Overload and abuse");
    check_limits(rows, coded);
    check_settings(rows);
    check_counters(rows);
    REQUIRE(rows.contains(reserve));
    CHECK(rows.at(reserve).cells.at(1).starts_with(
        "a " + std::to_string(http::reserve_part) + "nd of `MAX_CONNECTIONS`"));
    // Every reason to refuse stands in the table.
    names counted;
    for (const auto& [name, row] : rows)
        counted.merge(all_matches(row.cells.at(3), "`([a-z_]+)`"));
    for (std::size_t i = 0; i < http::refusals; ++i) {
        const std::string reason{to_string(static_cast<http::refusal>(i))};
        CAPTURE(reason);
        CHECK(counted.contains(reason));
    }
}

TEST_CASE("the documented metrics are the metrics there are", "[web]")
{
    const auto documented = all_matches(operations(), "(tickertape_[a-z_]+)");
    for (const auto& metric : documented) {
        CAPTURE(metric);
        CHECK(words_of_the_code().contains(metric));
    }
    for (const auto& word : words_of_the_code())
        if (word.starts_with("tickertape_")) {
            CAPTURE(word);
            CHECK(documented.contains(word));
        }
}
