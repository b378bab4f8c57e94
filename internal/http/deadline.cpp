#include "http/deadline.hpp"

namespace tickertape::http {
namespace {

constexpr std::chrono::milliseconds again{100};

}  // namespace

void deadline::arm(std::chrono::milliseconds limit)
{
    state_->passed = false;
    expire_after(limit, ++state_->armed);
}

void deadline::expire_after(std::chrono::milliseconds limit, std::uint64_t mine)
{
    timer_.expires_after(limit);
    timer_.async_wait([this, s = state_, mine](boost::system::error_code stopped) {
        // As long as there is a socket, this object lives.
        if (stopped || s->socket == nullptr || s->armed != mine)
            return;
        s->passed = true;
        boost::system::error_code ignored;
        s->socket->cancel(ignored);
        // An operation that has just succeeded is not cancelled, and its coroutine may start the
        // next one: cancel again.
        expire_after(again, mine);
    });
}

void deadline::disarm()
{
    ++state_->armed;
    timer_.cancel();
}

}  // namespace tickertape::http
