#include "feed/coin_reading.hpp"

#include "core/noted_time.hpp"
#include "core/text.hpp"
#include "market/checks.hpp"
#include "market/coin_chart.hpp"
#include "market/coin_detail.hpp"
#include "market/trending.hpp"
#include "news/html_text.hpp"
#include "provider/answer.hpp"
#include "json/json_text.hpp"
#include "json/own_members.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <utility>

namespace tickertape::feed {
namespace {

using market::coin_answer;
using market::coin_question;
using market::coin_topic;

constexpr std::string_view kept = "coin";
constexpr std::int64_t version = 1;
constexpr std::string_view prefix = "coin.";
// What another instance says of the time until it asks again is believed up to here, in seconds.
constexpr std::int64_t wait_max = 24 * 60 * 60;

struct named_topic {
    std::string_view name;
    coin_topic of;
};
constexpr std::array topics{
    named_topic{"detail", coin_topic::detail},
    named_topic{"hours", coin_topic::hours},
    named_topic{"days", coin_topic::days},
    named_topic{"trending", coin_topic::trending},
};

// Text between blank lines, as paragraphs with one blank line between them.
std::string paragraphs_of(std::string_view html)
{
    std::string all;
    while (!html.empty() && all.size() < market::description_bytes_max) {
        auto end = html.find("\n\n");
        if (const auto other = html.find("\r\n\r\n"); other < end)
            end = other;
        const auto text = news::text_of_html(html.substr(0, end));
        if (!text.empty())
            all.append(all.empty() ? "" : "\n\n").append(text);
        html.remove_prefix(end == std::string_view::npos ? html.size() : end + 2);
    }
    if (all.size() > market::description_bytes_max)
        all = news::shortened(std::move(all), market::description_bytes_max);
    return all;
}

}  // namespace

net::http_request coin_request(const coin_question& what)
{
    switch (what.of) {
    case coin_topic::detail:
        return market::coin_detail_request(what.id);
    case coin_topic::hours:
        return market::coin_chart_request(what.id, market::chart_step::hour);
    case coin_topic::days:
        return market::coin_chart_request(what.id, market::chart_step::day);
    case coin_topic::trending:
        break;
    }
    return market::trending_request();
}

fetched<coin_answer>
read_coin_answer(const coin_question& what, const net::http_response& answer, wall_time now)
{
    coin_answer into;
    // The source is well: it does not know the coin.
    if (what.of != coin_topic::trending && answer.status == 404 &&
        provider::read_json(answer).body) {
        into.is_unknown = true;
        return into;
    }
    if (what.of == coin_topic::detail) {
        auto said = market::read_coin_detail(answer, what.id);
        if (!said)
            return said.error();
        said->description = paragraphs_of(said->description);
        if (said->updated_at && *said->updated_at > now + market::usual_checks.ahead_max)
            said->updated_at.reset();
        into.detail = std::make_shared<market::coin_detail>(*std::move(said));
    } else if (what.of == coin_topic::trending) {
        auto said = market::read_trending(answer);
        if (!said)
            return said.error();
        into.list = std::make_shared<market::trending>(*std::move(said));
    } else {
        auto said = market::read_coin_chart(answer, now);
        if (!said)
            return said.error();
        into.chart = std::make_shared<market::coin_chart>(*std::move(said));
    }
    return into;
}

bool came_old(const coin_question& what, const coin_answer& said) noexcept
{
    if (said.detail && said.detail->updated_at)
        return said.received_at - *said.detail->updated_at > detail_lag_max;
    if (!said.chart || said.chart->points.empty())
        return false;
    const auto lag = said.received_at - said.chart->points.back().at;
    return lag > (what.of == coin_topic::hours ? hours_lag_max : days_lag_max);
}

std::string name_of(const coin_question& what)
{
    const auto* const topic = std::ranges::find(topics, what.of, &named_topic::of);
    std::string name{prefix};
    name.append(topic->name);
    if (what.of != coin_topic::trending)
        name.append(".").append(what.id);
    return name;
}

std::optional<coin_question> coin_question_in(std::string_view name)
{
    if (!name.starts_with(prefix))
        return std::nullopt;
    name.remove_prefix(prefix.size());
    const auto dot = name.find('.');
    const auto* const topic = std::ranges::find(topics, name.substr(0, dot), &named_topic::name);
    if (topic == topics.end())
        return std::nullopt;
    coin_question what{.of = topic->of};
    if (dot != std::string_view::npos)
        what.id = name.substr(dot + 1);
    const bool is_good = what.of == coin_topic::trending ? dot == std::string_view::npos
                                                         : market::is_coin_id(what.id);
    return is_good ? std::optional{std::move(what)} : std::nullopt;
}

std::string write_shared_coin(const coin_answer& said, std::string_view body)
{
    json::object text;
    text.text("kept", kept).number("version", version);
    text.number("received_at", said.received_at.time_since_epoch().count());
    text.boolean("unknown", said.is_unknown).text("body", body);
    return std::move(text).done();
}

std::string write_missing_coin(std::string_view why, std::chrono::seconds retry_after)
{
    json::object text;
    text.text("kept", kept).number("version", version).text("why", why);
    text.number("retry_after", retry_after.count());
    return std::move(text).done();
}

fetched<shared_coin>
read_shared_coin(const coin_question& what, std::string_view text, const moment& now)
{
    const auto body = json::read_own(text, kept, version);
    if (!body)
        return body.error();
    json::own_members from{&*body};
    shared_coin found;
    if (from.at("why") != nullptr) {
        found.why = clean_words(from.text("why", words_bytes_max));
        const auto wait = from.integer("retry_after", 0, wait_max);
        found.retry_after = std::chrono::seconds{wait};
        if (from.is_spoilt())
            return from.why();
        return found;
    }
    const auto received_at = from.time("received_at");
    const bool is_unknown = from.boolean("unknown");
    auto said = from.text("body", coin_bytes_max);
    if (from.is_spoilt())
        return from.why();
    if (is_unknown) {
        found.said.is_unknown = true;
    } else {
        const net::http_response answer{
            .status = 200, .content_type = "application/json", .body = said};
        auto read = read_coin_answer(what, answer, now.wall);
        if (!read)
            return read.error();
        found.said = *std::move(read);
    }
    found.said.body = std::make_shared<const std::string>(std::move(said));
    found.said.received_at = received_at;
    found.said.received = received_by(received_at, now);
    return found;
}

}  // namespace tickertape::feed
