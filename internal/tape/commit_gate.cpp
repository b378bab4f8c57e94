#include "tape/commit_gate.hpp"

namespace tickertape::tape {

std::optional<commit_gate::change> commit_gate::placed(steady_time now)
{
    const auto count = writer_.uncommitted();
    if (count == 0)
        return std::nullopt;
    if (passing_ || count > limits_.waiting_max)
        return pass();
    if (waiting_.empty() || now - waiting_.back().since >= std::chrono::milliseconds{1})
        waiting_.push_back({now, {}});
    waiting_.back().last = writer_.placed();
    return look(now);
}

std::optional<commit_gate::change> commit_gate::kept(position up_to) noexcept
{
    writer_.commit(up_to);
    while (!waiting_.empty() && waiting_.front().last <= up_to)
        waiting_.pop_front();
    if (!passing_ || up_to < writer_.placed())
        return std::nullopt;
    passing_ = false;
    return change::kept_again;
}

std::optional<commit_gate::change> commit_gate::failed() noexcept
{
    if (writer_.uncommitted() == 0)
        return std::nullopt;
    return pass();
}

std::optional<commit_gate::change> commit_gate::look(steady_time now) noexcept
{
    if (waiting_.empty() || now < *due())
        return std::nullopt;
    return pass();
}

std::optional<steady_time> commit_gate::due() const noexcept
{
    if (waiting_.empty())
        return std::nullopt;
    return waiting_.front().since + limits_.patience;
}

std::optional<commit_gate::change> commit_gate::pass() noexcept
{
    passed_ += writer_.uncommitted();
    waiting_.clear();
    writer_.commit(writer_.placed());
    if (passing_)
        return std::nullopt;
    passing_ = true;
    return change::passed_by;
}

}  // namespace tickertape::tape
