// What each room's errors share: a category that has a name, and a text for each value of an enum.
#pragma once

#include <boost/system/error_category.hpp>

#include <string>

namespace tickertape {

template <class Enum>
class enum_category final : public boost::system::error_category {
public:
    using text_of = std::string (*)(Enum);

    // `name` outlives this: a literal, as a rule.
    constexpr enum_category(const char* name, text_of text) noexcept : name_{name}, text_{text} {}

    const char* name() const noexcept override { return name_; }
    std::string message(int value) const override { return text_(static_cast<Enum>(value)); }

private:
    const char* name_;
    text_of text_;
};

}  // namespace tickertape
