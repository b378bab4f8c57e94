#include "transfer/splitter.hpp"

#include "support/catch.hpp"

#include <vector>

using namespace tickertape::transfer;

namespace {

struct seen {
    std::vector<std::string> texts;
    std::vector<std::uint64_t> lines;
    int too_long = 0;

    on_piece taker()
    {
        return [this](const piece& p) {
            texts.emplace_back(p.text);
            lines.push_back(p.line);
            too_long += p.is_too_long ? 1 : 0;
        };
    }
};

}  // namespace

TEST_CASE("lines are the same however the text is cut", "[transfer]")
{
    const std::string text = "one\r\ntwo\n\nfour";
    for (std::size_t cut = 1; cut <= text.size(); ++cut) {
        seen got;
        line_splitter splitter;
        for (std::size_t i = 0; i < text.size(); i += cut)
            splitter.feed(std::string_view{text}.substr(i, cut), got.taker());
        splitter.finish(got.taker());
        CHECK(got.texts == std::vector<std::string>{"one", "two", "", "four"});
        CHECK(got.lines == std::vector<std::uint64_t>{1, 2, 3, 4});
    }
}

TEST_CASE("a line that is too long is told, and the next one is read", "[transfer]")
{
    seen got;
    line_splitter splitter;
    splitter.feed(std::string(piece_bytes_max + 1, 'x') + "\nnext\n", got.taker());
    CHECK(got.texts == std::vector<std::string>{"", "next"});
    CHECK(got.too_long == 1);
}

TEST_CASE("records are the same however the document is cut", "[transfer]")
{
    const std::string text =
        "{\"version\":1,\n \"records\" : [ {\"a\":\"}{\\\"\"},\n{\"b\":{\"c\":[1]}}\n]}";
    for (std::size_t cut = 1; cut <= text.size(); ++cut) {
        seen got;
        record_splitter splitter;
        for (std::size_t i = 0; i < text.size(); i += cut)
            splitter.feed(std::string_view{text}.substr(i, cut), got.taker());
        CHECK(got.texts == std::vector<std::string>{R"({"a":"}{\""})", R"({"b":{"c":[1]}})"});
        CHECK(got.lines == std::vector<std::uint64_t>{2, 3});
        CHECK(splitter.is_complete());
        CHECK(splitter.frame() == "{\"version\":1,\n \"records\" : []}");
    }
}

TEST_CASE("objects of other members are no records", "[transfer]")
{
    seen got;
    record_splitter splitter;
    splitter.feed(
        R"({"version":1,"from":[{"a":{}}], "of":{"x":{"y":1}},"records" :[{"b":2}],"gaps":[{"c":3}]})",
        got.taker());
    CHECK(got.texts == std::vector<std::string>{R"({"b":2})"});
    CHECK(
        splitter.frame() ==
        R"({"version":1,"from":[], "of":{"x":{"y":1}},"records" :[],"gaps":[]})");
}

TEST_CASE("a document that is cut off is not complete", "[transfer]")
{
    seen got;
    record_splitter splitter;
    splitter.feed(R"({"version":1,"records":[{"a":1},{"b")", got.taker());
    CHECK(got.texts.size() == 1);
    CHECK_FALSE(splitter.is_complete());
}
