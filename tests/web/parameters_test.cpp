#include "web/parameters.hpp"

#include "support/catch.hpp"

#include <array>
#include <string>

using namespace tickertape;
using namespace tickertape::http;
using namespace tickertape::web;

namespace {

constexpr std::array<std::string_view, 5> names{"since", "mode", "max_rate", "last_event_id", "id"};

std::string nearest(std::string_view name)
{
    return std::string{nearly_known(name, names).value_or("none")};
}

}  // namespace

TEST_CASE("a name of another case or with other separators is nearly known", "[web]")
{
    CHECK(nearest("Since") == "since");
    CHECK(nearest("maxRate") == "max_rate");
    CHECK(nearest("max-rate") == "max_rate");
    CHECK(nearest("Last-Event-ID") == "last_event_id");
    CHECK(nearest("ID") == "id");
}

TEST_CASE("a name with one letter missing, added or wrong is nearly known", "[web]")
{
    CHECK(nearest("sinc") == "since");
    CHECK(nearest("sincee") == "since");
    CHECK(nearest("sinse") == "since");
    CHECK(nearest("maxrte") == "max_rate");
    CHECK(nearest("lasteventi") == "last_event_id");
}

TEST_CASE("a name of something else is not known at all", "[web]")
{
    for (const auto* name :
         {"", "_", "s", "mo", "code", "ids", "x", "sin", "sinning", "utm_source", "fbclid",
          "mooode"}) {
        CAPTURE(name);
        CHECK(nearest(name) == "none");
    }
    CHECK(nearest("since" + std::string(100'000, 'e')) == "none");
    CHECK(nearest("sinc\xff") == "none");
    CHECK(nearest(std::string_view{"sinc\0", 5}) == "none");
}
