#include "synthetic/line_complaints.hpp"

#include "telemetry/log.hpp"

namespace tickertape::synthetic {

void line_complaints::bad(
    std::uint64_t line, const boost::system::error_code& why, steady_time now,
    std::string_view symbol)
{
    if (said_ > 0 && now - window_began_ >= window)
        end();
    if (said_ == 0)
        window_began_ = now;
    if (said_ == lines_max) {
        ++unsaid_;
        return;
    }
    ++said_;
    if (!symbol.empty()) {
        log_.warn(
            "bad line skipped",
            {{"feed", feed_}, {"line", line}, {"cause", why.message()}, {"symbol", symbol}});
        return;
    }
    log_.warn("bad line skipped", {{"feed", feed_}, {"line", line}, {"cause", why.message()}});
}

void line_complaints::end()
{
    if (unsaid_ > 0)
        log_.warn("more bad lines skipped", {{"feed", feed_}, {"lines", unsaid_}});
    said_ = 0;
    unsaid_ = 0;
}

}  // namespace tickertape::synthetic
