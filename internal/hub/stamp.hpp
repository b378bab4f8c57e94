// A moment on a lane's clock in four bytes, because every subscriber keeps several.
//
// It wraps after 49 days, so only stamps that are at most a few days apart are compared.
#pragma once

#include <chrono>
#include <cstdint>

namespace tickertape::hub {

class stamp {
public:
    constexpr stamp() noexcept = default;
    // `since`: of any clock that does not step, the same for all stamps that are compared.
    constexpr explicit stamp(std::chrono::milliseconds since) noexcept
        : ms_{static_cast<std::uint32_t>(since.count())}
    {
    }

    // How long before `now` it was.
    constexpr std::chrono::milliseconds age(stamp now) const noexcept
    {
        return std::chrono::milliseconds{static_cast<std::uint32_t>(now.ms_ - ms_)};
    }
    constexpr bool has_come(stamp now) const noexcept
    {
        return static_cast<std::int32_t>(now.ms_ - ms_) >= 0;
    }
    friend constexpr stamp operator+(stamp s, std::chrono::milliseconds wait) noexcept
    {
        s.ms_ += static_cast<std::uint32_t>(wait.count());
        return s;
    }
    friend constexpr bool operator==(stamp, stamp) noexcept = default;

private:
    std::uint32_t ms_ = 0;
};

}  // namespace tickertape::hub
