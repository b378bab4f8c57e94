#include "transfer/csv.hpp"

#include "support/catch.hpp"

using namespace tickertape::transfer;
using fields = std::vector<std::string>;

TEST_CASE("a line of CSV is cut at commas that are not quoted", "[transfer]")
{
    CHECK(parse_csv_line("") == fields{""});
    CHECK(parse_csv_line("a,b,,c") == fields{"a", "b", "", "c"});
    CHECK(parse_csv_line("\"median(a,b)\",2") == fields{"median(a,b)", "2"});
    CHECK(parse_csv_line(R"("say ""hi""")") == fields{R"(say "hi")"});
    CHECK_FALSE(parse_csv_line(R"("open)"));
    CHECK_FALSE(parse_csv_line(R"(a"b)"));
    CHECK_FALSE(parse_csv_line(R"("a"b)"));
    CHECK_FALSE(parse_csv_line(std::string(csv_fields_max, ',')));
}

TEST_CASE("a field is quoted where it has to be, and reads back", "[transfer]")
{
    for (const std::string field : {"plain", "a,b", "say \"hi\"", ""}) {
        std::string line;
        append_csv_field(line, field);
        CHECK(parse_csv_line(line) == fields{field});
    }
}
