#include "market/figure_text.hpp"

#include "support/catch.hpp"

#include <limits>

using namespace tickertape::market;

TEST_CASE("figures are written as people read them, and read back exactly", "[market]")
{
    CHECK(figure_text(20'000'000.0) == "20000000");
    CHECK(figure_text(1312155114762.0) == "1312155114762");
    CHECK(figure_text(122041373.10305338) == "122041373.10305338");
    CHECK(figure_text(168909873126.579) == "168909873126.579");
    CHECK(figure_text(0.0000869) == "0.0000869");
    CHECK(figure_text(1e-7) == "1e-07");
    CHECK(figure_text(-2.95991) == "-2.95991");
    CHECK(figure_text(0.0) == "0");
    CHECK(figure_text(875695838925887500000.0) == "875695838925887504384");
    CHECK(figure_text(1.04e21) == "1.04e+21");
    CHECK(figure_text(std::nullopt) == "null");
    CHECK(figure_text(std::numeric_limits<double>::infinity()) == "null");
}

TEST_CASE("shapes have six digits", "[market]")
{
    std::string text;
    append_rounded(text, 62968.39676218356);
    text += ' ';
    append_rounded(text, 0.00008694444);
    CHECK(text == "62968.4 8.69444e-05");
}
