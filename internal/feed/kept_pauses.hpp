// The pauses that providers asked for, to be kept and shared: a provider that said "not for an
// hour" means the process after this one too.
//
// Threads: the strand of the providers' gates.
#pragma once

#include "core/clock.hpp"
#include "feed/kept_figures.hpp"
#include "provider/gates.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tickertape::feed {

class kept_pauses final : public kept_figures {
public:
    // Both outlive it.
    kept_pauses(provider::gates& of, const clock& time) noexcept : of_{of}, time_{time} {}

    std::string_view name() const noexcept override { return "pauses"; }
    std::uint64_t changes() const noexcept override;
    std::string write() const override;
    std::optional<fetch_error> take(std::string_view text) override;

private:
    provider::gates& of_;
    const clock& time_;
};

}  // namespace tickertape::feed
