#include "core/source.hpp"

#include <algorithm>
#include <cassert>

namespace tickertape {

result<source_id> source_table::intern(std::string_view name, unsigned combined)
{
    assert(std::ranges::none_of(
        name, [](unsigned char c) { return c < 0x20 || c == '"' || c == '\\' || c == 0x7f; }));
    for (std::size_t i = 0; i < size_; ++i)
        if (owned_[i]->name == name)
            return static_cast<source_id>(i);
    if (size_ == sources_max)
        return core_errc::too_many_sources;
    owned_[size_] = std::make_unique<const entry>(entry{std::string{name}, combined});
    // release: a reader that loads the pointer finds the entry whole.
    published_[size_].store(owned_[size_].get(), std::memory_order_release);
    return static_cast<source_id>(size_++);
}

std::string_view source_table::name(source_id id) const noexcept
{
    const auto* found = find(id);
    return found == nullptr ? std::string_view{"unknown"} : std::string_view{found->name};
}

unsigned source_table::combined(source_id id) const noexcept
{
    const auto* found = find(id);
    return found == nullptr ? 0 : found->combined;
}

const source_table::entry* source_table::find(source_id id) const noexcept
{
    // acquire: pairs with the store in intern().
    return published_[static_cast<std::size_t>(id)].load(std::memory_order_acquire);
}

}  // namespace tickertape
