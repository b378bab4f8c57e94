#include "archive/candle_board.hpp"

#include <algorithm>
#include <utility>

namespace tickertape::archive {

candle_board::view candle_board::look(symbol_id symbol) const
{
    const std::lock_guard held{mutex_};
    return {builders_[index_of(symbol)], closed_until_, file_, is_behind_};
}

void candle_board::report(const candle_damage& found)
{
    const std::lock_guard held{mutex_};
    if (damage_.size() < damage_max && std::ranges::count(damage_, found) == 0)
        damage_.push_back(found);
}

void candle_board::report_unreadable()
{
    const std::lock_guard held{mutex_};
    is_unreadable_ = true;
}

bool candle_board::take_unreadable()
{
    const std::lock_guard held{mutex_};
    return std::exchange(is_unreadable_, false);
}

void candle_board::set(std::span<const candle_builders> all, series::candle_time closed_until)
{
    const std::lock_guard held{mutex_};
    std::ranges::copy(all, builders_.begin());
    closed_until_ = closed_until;
    is_behind_ = false;
}

void candle_board::set_first(symbol_id symbol, const series::candle_builder& of)
{
    const std::lock_guard held{mutex_};
    builders_[index_of(symbol)].front() = of;
}

void candle_board::set_behind(series::candle_time closed_until)
{
    const std::lock_guard held{mutex_};
    closed_until_ = closed_until;
    is_behind_ = true;
}

void candle_board::set_file_replaced()
{
    const std::lock_guard held{mutex_};
    ++file_;
}

std::vector<candle_damage> candle_board::take_damage()
{
    const std::lock_guard held{mutex_};
    return std::exchange(damage_, {});
}

std::optional<series::candle> forming_of(const candle_builders& of, series::interval which) noexcept
{
    const auto& builder = of[static_cast<std::size_t>(which)];
    const auto finer = finer_of(which);
    if (const auto piece = finer ? forming_of(of, *finer) : std::nullopt)
        if (const auto with = builder.forming_with(*piece))
            return with;
    return builder.forming();
}

}  // namespace tickertape::archive
