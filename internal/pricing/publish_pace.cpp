#include "pricing/publish_pace.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <tuple>

namespace tickertape::pricing {

publish_pace::publish_pace(std::size_t symbols, double per_second) : symbols_(symbols)
{
    assert(per_second >= 0);
    if (per_second > 0) {
        constexpr steady_time::duration most = std::chrono::hours{24};
        // Rounded up: never more than so many a second.
        const double ns = std::ceil(1e9 / per_second);
        apart_ = ns < static_cast<double>(most.count())
                     ? steady_time::duration{static_cast<steady_time::duration::rep>(ns)}
                     : most;
    }
    waiting_.reserve(symbols);
}

bool publish_pace::admit(symbol_id symbol, steady_time now) noexcept
{
    assert(index_of(symbol) < symbols_.size());
    if (apart_ == steady_time::duration::zero())
        return true;
    auto& s = symbols_[index_of(symbol)];
    if (s.is_waiting)
        return false;
    if (now >= s.next) {
        s.next = now + apart_;
        return true;
    }
    s.is_waiting = true;
    waiting_.push_back({s.next, symbol});
    std::ranges::push_heap(waiting_, is_later);
    return false;
}

std::optional<steady_time> publish_pace::next_due() const noexcept
{
    if (waiting_.empty())
        return std::nullopt;
    return waiting_.front().until;
}

void publish_pace::due(steady_time now, std::vector<symbol_id>& out)
{
    while (!waiting_.empty() && waiting_.front().until <= now) {
        const auto symbol = waiting_.front().symbol;
        out.push_back(symbol);
        std::ranges::pop_heap(waiting_, is_later);
        waiting_.pop_back();
        symbols_[index_of(symbol)] = {now + apart_, false};
    }
}

bool publish_pace::is_later(const waiting& a, const waiting& b) noexcept
{
    return std::tie(a.until, a.symbol) > std::tie(b.until, b.symbol);
}

}  // namespace tickertape::pricing
