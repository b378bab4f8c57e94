#include "postgres/connection.hpp"
#include "support/catch.hpp"

#include <limits>

using tickertape::postgres::array_text;

TEST_CASE("numbers and texts as an array of PostgreSQL", "[postgres]")
{
    array_text a;
    CHECK(a.take() == "{}");
    a.add(std::int64_t{-1});
    a.add(std::numeric_limits<std::int64_t>::max());
    CHECK(a.take() == "{-1,9223372036854775807}");
    a.add(0.1);
    a.add(69420.25);
    a.add(1e-7);
    CHECK(a.take() == "{0.1,69420.25,1e-07}");
    a.add(std::string_view{"a\"b\\c,{}"});
    a.add(std::string_view{});
    CHECK(a.take() == "{\"a\\\"b\\\\c,{}\",\"\"}");
}
