#include "web/topics.hpp"

#include "http/problem.hpp"
#include "web/parameters.hpp"

#include <algorithm>
#include <string>

namespace tickertape::web {
namespace {

constexpr std::string_view ticks_name = "ticks";

std::string listed(hub::topic_set topics)
{
    std::string text{ticks_name};
    for (std::size_t i = 0; i < topic_names.size(); ++i)
        if ((topics & hub::set_of(i)) != 0)
            text.append(", ").append(topic_names[i]);
    return text + ", or *";
}

std::string why_not(topic t)
{
    return t == topic::news
               ? "this server has no news: NEWS_FEEDS names no feed, or MARKET is off"
               : "this server knows nothing of the market: " + std::string{how_market_is_off};
}

}  // namespace

hub::topic_set topics_offered(const site& s) noexcept
{
    hub::topic_set all = 0;
    if (s.market != nullptr)
        all |= hub::set_of(static_cast<std::size_t>(topic::market)) |
               hub::set_of(static_cast<std::size_t>(topic::kpis));
    if (s.news != nullptr)
        all |= hub::set_of(static_cast<std::size_t>(topic::news));
    return all;
}

std::string members_of(std::string object)
{
    object.pop_back();
    object.erase(0, 1);
    return object;
}

std::variant<asked_topics, http::problem>
read_topics(const http::request_target& target, hub::topic_set offered)
{
    const auto given = target.parameter("topics");
    if (!given)
        return asked_topics{};
    if (without_blanks(*given) == "*")
        return asked_topics{.topics = offered};
    asked_topics wanted{.ticks = false};
    std::string_view rest = *given;
    for (;;) {
        const auto comma = rest.find(',');
        const auto name = without_blanks(rest.substr(0, comma));
        const auto known = std::ranges::find(topic_names, name);
        const auto number = static_cast<std::size_t>(known - topic_names.begin());
        if (name == ticks_name)
            wanted.ticks = true;
        else if (name.empty())
            return http::bad_parameter(
                "topics", "there is an empty name in topics", listed(offered));
        else if (name == "*")
            return http::bad_parameter(
                "topics", "* means all topics, and stands alone", listed(offered));
        else if (known == topic_names.end())
            return http::bad_parameter(
                "topics", "there is no topic " + http::quoted(name), listed(offered));
        else if ((offered & hub::set_of(number)) == 0)
            return http::bad_parameter(
                "topics", std::string{why_not(static_cast<topic>(number))}, listed(offered));
        else
            wanted.topics |= hub::set_of(number);
        if (comma == std::string_view::npos)
            return wanted;
        rest.remove_prefix(comma + 1);
    }
}

}  // namespace tickertape::web
