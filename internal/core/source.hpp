// Where a price came from, as the stream says it: "coinbase", "simulator",
// "median(coinbase,kraken)". A tick carries the number of the name, so that it stays small; the
// names live here for the life of the process.
#pragma once

#include "core/errors.hpp"

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace tickertape {

enum class source_id : std::uint16_t {};

// Threads: intern() on the feed thread only; name() and combined() on any thread, for an id that
// reached it through a tape.
class source_table {
public:
    static constexpr std::size_t sources_max = 4096;

    source_table() = default;
    source_table(const source_table&) = delete;
    source_table& operator=(const source_table&) = delete;

    // The number of that name, new or known. A name is plain text without quotes, backslashes or
    // control characters, because it is written into frames as it is. `combined`: how many
    // providers' prices the name combines, 0 for one. It belongs to the name, so it is ignored for
    // a name that is known already.
    // Errors: core_errc::too_many_sources.
    result<source_id> intern(std::string_view name, unsigned combined = 0);
    std::string_view name(source_id id) const noexcept;
    // How many providers that source combines; 0: it is no combination.
    unsigned combined(source_id id) const noexcept;

private:
    struct entry {
        std::string name;
        unsigned combined;
    };

    // Null for an id that intern() has not given out.
    const entry* find(source_id id) const noexcept;

    std::array<std::unique_ptr<const entry>, sources_max> owned_;
    // Readers go through these; the release store in intern() publishes the entry behind it.
    std::array<std::atomic<const entry*>, sources_max> published_{};
    std::size_t size_ = 0;
};

}  // namespace tickertape
