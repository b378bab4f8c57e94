#include "feed/news_feed.hpp"

#include "asio/no_throw.hpp"
#include "core/noted_time.hpp"
#include "core/text.hpp"
#include "net/http_client.hpp"
#include "news/errors.hpp"
#include "news/link.hpp"
#include "provider/answer.hpp"
#include "provider/errors.hpp"
#include "telemetry/log.hpp"
#include "telemetry/metrics.hpp"

#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <cassert>
#include <utility>

namespace tickertape::feed {
namespace {

std::vector<std::string> hosts_of(const std::vector<feed_address>& addresses)
{
    std::vector<std::string> hosts;
    for (const auto& each : addresses)
        hosts.push_back(news::host_of(each.text()));
    return hosts;
}

bool is_redirect(int status) noexcept
{
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

// Why an answer is no feed; none: it may be one, or says that there is nothing new.
std::optional<fetch_error> refusal_in(const net::http_response& answer)
{
    using provider::provider_errc;
    if (answer.status == 200 || answer.status == 304 || is_redirect(answer.status))
        return std::nullopt;
    const bool is_limited = answer.status == 429 || answer.status == 418;
    return fetch_error{
        is_limited ? provider_errc::rate_limited : provider_errc::http_status,
        provider::words_of(answer.body), answer.status};
}

}  // namespace

news_feed::news_feed(parts of, news::cadence rhythm, std::vector<feed_address> addresses)
    : with_{std::move(of)}, rhythm_{rhythm},
      board_{rhythm.watched_for, [this] { asio::post(with_.strand, [this] { wake(); }); }},
      items_{hosts_of(addresses)}, newest_first_{
                                       std::make_shared<const std::vector<news::dated_item>>()}
{
    assert(!addresses.empty());
    for (auto& host : hosts_of(addresses))
        states_.push_back({.source = std::move(host)});
    for (auto& each : addresses) {
        // A host counts the requests for all of its feeds together. No provider has such a name.
        auto& gate = with_.gates.of(
            "news:" + each.host.host_header, news_rate, with_.breaker, with_.time.steady_now());
        sources_.push_back(std::unique_ptr<source>{new source{
            .address = std::move(each),
            .gate = gate,
            .schedule = news::schedule{rhythm},
            .timer = boost::asio::steady_timer{with_.strand},
            .task = {with_.strand, with_.log, "the news: an internal error"}}});
    }
    publish_figures();
}

void news_feed::start()
{
    for (std::size_t i = 0; i < sources_.size(); ++i)
        sources_[i]->task.start([this, i] { return run(i); });
}

void news_feed::stand_by(bool stands_by)
{
    asio::dispatch(with_.strand, [this, stands_by] {
        is_standing_by_ = stands_by;
        wake();
    });
}

void news_feed::wake()
{
    for (auto& each : sources_)
        each->timer.cancel();
}

void news_feed::stop()
{
    for (auto& each : sources_)
        each->task.stop();
}

asio::awaitable<void> news_feed::run(std::size_t number)
{
    auto& mine = *sources_[number];
    while (!mine.task.stopping()) {
        const bool is_watched = board_.is_watched(with_.time.boot_now());
        const auto due = mine.schedule.next(is_watched);
        if (!is_standing_by_ && due <= with_.time.steady_now()) {
            auto said = co_await fetch(mine);
            if (mine.task.stopping())
                co_return;
            take(number, std::move(said));
            continue;
        }
        // Cancelled by stop() and stand_by(), and where somebody begins to read: it may be due
        // then.
        mine.timer.expires_at(is_standing_by_ ? steady_time::max() : due);
        const auto [woken] = co_await mine.timer.async_wait(no_throw);
        static_cast<void>(woken);
    }
}

net::http_request news_feed::request_to(const feed_address& at, const source& from) const
{
    net::http_request request{.target = at.target};
    request.accept = "application/rss+xml, application/atom+xml, application/xml;q=0.9, "
                     "text/xml;q=0.9, */*;q=0.1";
    request.takes_3xx = true;
    // They are of one address, and mean nothing to another one that is redirected to.
    if (from.validated_at == at.text()) {
        if (!from.etag.empty())
            request.headers.push_back({"If-None-Match", from.etag});
        if (!from.last_modified.empty())
            request.headers.push_back({"If-Modified-Since", from.last_modified});
    }
    return request;
}

std::unique_ptr<net::http_asker> news_feed::client_at(const net::base_url& host) const
{
    if (with_.make_client)
        return with_.make_client(host, with_.http);
    return std::make_unique<net::http_client>(with_.strand, host, with_.trust, with_.http);
}

// Each fetch has a connection of its own: a feed is asked every ten minutes, and no host keeps one
// open for so long.
asio::awaitable<news_feed::outcome> news_feed::fetch(source& from)
{
    auto at = from.address;
    outcome said;
    for (std::size_t redirects = 0;; ++redirects) {
        gated_client::parts asked{.clients = {}, .gate = from.gate};
        asked.clients.push_back(client_at(at.host));
        gated_client client{
            with_.strand, with_.time, std::move(asked), with_.request, with_.random};
        std::optional<std::string> location;
        const gated_client::request_function request = [&] {
            from.requests.add();
            return request_to(at, from);
        };
        const gated_client::read_function read =
            [&](const net::http_response& answer) -> std::optional<fetch_error> {
            if (auto refused = refusal_in(answer))
                return refused;
            if (is_redirect(answer.status)) {
                location = answer.location;
                return std::nullopt;
            }
            said.max_age = news::max_age_of(answer.cache_control);
            said.is_unchanged = answer.status == 304;
            if (said.is_unchanged)
                return std::nullopt;
            auto contents = news::read_feed(answer.body, at.text());
            if (!contents)
                return contents.error();
            said.contents = *std::move(contents);
            said.etag = answer.etag;
            said.last_modified = answer.last_modified;
            said.address = at.text();
            return std::nullopt;
        };
        auto why = co_await client.ask(request, read);
        said.failed = std::move(why);
        if (said.failed || !location)
            co_return said;
        redirects_.add();
        auto next = redirects < news_redirects_max ? redirected(at, *location) : std::nullopt;
        if (!next) {
            said.failed = fetch_error{news::news_errc::bad_redirect, clean_words(*location)};
            co_return said;
        }
        at = *std::move(next);
    }
}

void news_feed::take(std::size_t number, outcome said)
{
    auto& mine = *sources_[number];
    auto& state = states_[number];
    const auto now = now_of(with_.time);
    if (said.failed)
        return take_failure(number, *said.failed);
    mine.schedule.answered(now.steady, said.max_age);
    mine.max_age = said.max_age;
    if (!std::exchange(state.trouble, {}).empty())
        with_.log.info("news feed is back", {{"source", state.source}});
    state.answered = now.boot;
    state.answered_at = now.wall;
    received_ = now;
    if (said.is_unchanged)
        return post(false);
    if (said.contents.cut_short) {
        cut_short_.add();
        // The rest may come the next time, if it is asked for.
        said.etag.clear();
        said.last_modified.clear();
        with_.log.info(
            "news feed is cut short", {{"source", state.source},
                                       {"items", said.contents.items.size()},
                                       {"why", words_of(*said.contents.cut_short)}});
    }
    mine.etag = std::move(said.etag);
    mine.last_modified = std::move(said.last_modified);
    mine.validated_at = std::move(said.address);
    state.title = std::move(said.contents.title);
    dropped_.add(said.contents.dropped);
    const auto change = items_.take(number, std::move(said.contents.items), now.wall);
    added_.add(change.added);
    edited_.add(change.edited);
    repeated_.add(change.repeated);
    post(true);
}

// One line for each reason of a feed, and not for each failure.
void news_feed::take_failure(std::size_t number, const fetch_error& why)
{
    auto& mine = *sources_[number];
    auto& state = states_[number];
    const auto now = with_.time.steady_now();
    mine.failures.add();
    mine.schedule.failed(now, mine.gate.paused_for(now));
    auto words = words_of(why);
    if (state.trouble != words)
        with_.log.warn("news feed failed", {{"source", state.source}, {"why", words}});
    state.trouble = std::move(words);
    post(false);
}

void news_feed::post(bool has_new_items)
{
    if (has_new_items)
        newest_first_ =
            std::make_shared<const std::vector<news::dated_item>>(items_.newest_first());
    if (!received_)
        return;
    board_.post(std::make_shared<const news::snapshot>(news::snapshot{
        .items = newest_first_,
        .feeds = states_,
        .received = received_->boot,
        .received_at = received_->wall,
        .stale_after = rhythm_.stale_after()}));
    ++changes_;
}

std::string news_feed::write() const
{
    std::vector<news::kept_feed> all;
    for (std::size_t i = 0; i < sources_.size(); ++i) {
        const auto& from = *sources_[i];
        news::kept_feed one;
        one.address = from.address.text();
        one.state = states_[i];
        one.max_age = from.max_age;
        one.etag = from.etag;
        one.last_modified = from.last_modified;
        one.validated_at = from.validated_at;
        one.items = items_.of(i);
        all.push_back(std::move(one));
    }
    return news::write_kept(all);
}

std::optional<fetch_error> news_feed::take(std::string_view text)
{
    const auto now = now_of(with_.time);
    auto said = news::read_kept_news(text, now);
    if (!said)
        return said.error();
    bool has_new = false;
    for (auto& feed : *said) {
        const auto at = std::ranges::find_if(
            sources_, [&](const auto& each) { return each->address.text() == feed.address; });
        if (at == sources_.end() || !feed.state.answered_at)
            continue;
        const auto number = static_cast<std::size_t>(at - sources_.begin());
        const auto& before = states_[number].answered_at;
        // One that failed since has another reason, and the same answer.
        if (before && !is_later(*feed.state.answered_at, *before, now.wall) &&
            *feed.state.answered_at != *before)
            continue;
        take_kept(number, std::move(feed), now);
        has_new = true;
    }
    if (has_new) {
        post(true);
        wake();
    }
    return std::nullopt;
}

void news_feed::take_kept(std::size_t number, news::kept_feed said, const moment& now)
{
    auto& mine = *sources_[number];
    auto& state = states_[number];
    state.title = std::move(said.state.title);
    state.trouble = std::move(said.state.trouble);
    state.answered = said.state.answered;
    state.answered_at = said.state.answered_at;
    const auto asked = now.steady - (now.boot - *state.answered);
    mine.schedule.answered(asked, said.max_age);
    mine.max_age = said.max_age;
    mine.etag = std::move(said.etag);
    mine.last_modified = std::move(said.last_modified);
    mine.validated_at = std::move(said.validated_at);
    items_.put(number, std::move(said.items));
    if (!received_ || received_->boot < *state.answered)
        received_ = {asked, *state.answered_at, *state.answered};
}

void news_feed::publish_figures()
{
    using kind = telemetry::metrics::kind;
    const auto counted = [this](const char* name, const char* help, const tally& of) {
        with_.figures.sampled(
            kind::counter, name, help, {}, [&of] { return static_cast<double>(of.value()); });
    };
    counted("tickertape_news_items_total", "Items of news that were seen first.", added_);
    counted("tickertape_news_items_edited_total", "Items of news that were edited.", edited_);
    counted(
        "tickertape_news_items_repeated_total",
        "Items of news that another one of the same answer is.", repeated_);
    counted(
        "tickertape_news_items_dropped_total",
        "Items of news without a link that can be followed, or without a text.", dropped_);
    counted(
        "tickertape_news_feeds_cut_short_total", "Answers of feeds that were read up to an error.",
        cut_short_);
    counted("tickertape_news_redirects_total", "Redirects of feeds.", redirects_);
    with_.figures.sampled(
        kind::gauge, "tickertape_news_age_seconds",
        "Time since the last answer of any feed; -1 before the first.", {}, [this] {
            const auto shown = board_.newest();
            return shown ? static_cast<double>(shown->age(with_.time.boot_now()).count()) / 1000
                         : -1.0;
        });
    for (std::size_t i = 0; i < sources_.size(); ++i) {
        // Feeds of one host have one line.
        const auto& host = states_[i].source;
        const auto same = [this, host](auto member) {
            std::uint64_t all = 0;
            for (std::size_t k = 0; k < sources_.size(); ++k)
                if (states_[k].source == host)
                    all += ((*sources_[k]).*member).value();
            return static_cast<double>(all);
        };
        const auto is_first = std::ranges::find(states_, host, &news::feed_state::source) ==
                              states_.begin() + static_cast<std::ptrdiff_t>(i);
        if (!is_first)
            continue;
        with_.figures.sampled(
            kind::counter, "tickertape_news_requests_total",
            "Requests for feeds of news, attempts and redirects included.", {{"source", host}},
            [same] { return same(&source::requests); });
        with_.figures.sampled(
            kind::counter, "tickertape_news_failures_total", "Times that a feed gave no news.",
            {{"source", host}}, [same] { return same(&source::failures); });
    }
}

}  // namespace tickertape::feed
