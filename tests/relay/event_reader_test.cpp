#include "relay/event_reader.hpp"

#include "support/catch.hpp"

#include <string>
#include <string_view>
#include <vector>

using namespace tickertape;
using namespace tickertape::relay;
using namespace std::chrono_literals;

namespace {

// What comes of the bytes, one line for each event: "type|id|data", without an id "type||data".
std::vector<std::string> read(event_reader& reader, std::string_view bytes)
{
    std::vector<std::string> events;
    reader.append(bytes);
    for (;;) {
        const auto event = reader.next();
        if (!event) {
            events.push_back("error: " + event.error().message());
            return events;
        }
        if (*event == nullptr)
            return events;
        events.push_back((*event)->type + "|" + (*event)->id.value_or("") + "|" + (*event)->data);
    }
}

std::vector<std::string> read(std::string_view bytes)
{
    event_reader reader;
    return read(reader, bytes);
}

using lines = std::vector<std::string>;

}  // namespace

TEST_CASE("An event is what lies before an empty line", "[relay]")
{
    CHECK(
        read("retry: 2130\n\nid: 5-0\ndata: {\"a\":1}\n\nevent: heartbeat\ndata: x\n\ndata: cut") ==
        lines{"|5-0|{\"a\":1}", "heartbeat||x"});
}

TEST_CASE("Lines end in LF, CR or CRLF, mixed as they come", "[relay]")
{
    CHECK(
        read("data: a\r\ndata: b\rdata: c\n\r\nid: 1\rdata: d\r\r\rdata: e\n\n") ==
        lines{"||a\nb\nc", "|1|d", "||e"});
}

TEST_CASE("A stream reads the same however its bytes are cut", "[relay]")
{
    const std::string all = "\xEF\xBB\xBF: hello\r\nretry: 10\r\n\r\nid: 1-0\r\nevent: gap\r\n"
                            "data: one\r\ndata:two\r\n\r\n\rid: 2-0\ndata: three\n\n";
    const lines meant{"gap|1-0|one\ntwo", "|2-0|three"};
    for (std::size_t first = 0; first <= all.size(); ++first) {
        event_reader reader;
        auto got = read(reader, all.substr(0, first));
        for (const char c : all.substr(first))
            for (auto& event : read(reader, {&c, 1}))
                got.push_back(std::move(event));
        CHECK(got == meant);
        CHECK(reader.retry() == 10ms);
    }
}

TEST_CASE("A byte order mark counts as none before the first line only", "[relay]")
{
    CHECK(
        read("\xEF\xBB\xBF"
             "data: a\n\n\xEF\xBB\xBF"
             "data: b\n\n") == lines{"||a"});
    CHECK(
        read("\xEF\xBB"
             "data: a\n\ndata: b\n\n") == lines{"||b"});
}

TEST_CASE("Comments, unknown fields and blocks without data are no events", "[relay]")
{
    CHECK(read(": only words\n\n\n\nfoo: bar\nevent: a\nid: 3\n\ndata: b\n\n") == lines{"||b"});
    CHECK(read("data\n\ndata:\n\ndata: \n\n").empty());
    // Of two lines of data that are empty, the line break between them is there.
    CHECK(read("data\ndata\n\n") == lines{"||\n"});
}

TEST_CASE("One blank after the colon belongs to the form, and no more", "[relay]")
{
    CHECK(read("data:  a \ndata:b\n\n") == lines{"|| a \nb"});
}

TEST_CASE("An event has the id of its own block, and an empty one is an id", "[relay]")
{
    event_reader reader;
    reader.append("id: 1\ndata: a\n\ndata: b\n\nid\ndata: c\n\n");

    CHECK((*reader.next())->id == "1");
    CHECK_FALSE((*reader.next())->id);
    CHECK((*reader.next())->id == "");
}

TEST_CASE("An id with a zero byte is none", "[relay]")
{
    using namespace std::string_view_literals;
    event_reader reader;
    reader.append("id: 1\0\ndata: a\n\n"sv);

    CHECK_FALSE((*reader.next())->id);
}

TEST_CASE("A retry that is no number is ignored", "[relay]")
{
    for (const auto* bad :
         {"retry: 1s\n", "retry: -1\n", "retry:\n", "retry: 1.5\n",
          "retry: 99999999999999999999\n"}) {
        event_reader reader;
        CHECK(read(reader, bad).empty());
        CHECK_FALSE(reader.retry());
    }
}

TEST_CASE("A line over its limit ends the reading", "[relay]")
{
    event_reader reader{{.line_bytes_max = 16, .data_bytes_max = 100}};

    CHECK(read(reader, "data: 0123456789\n\n") == lines{"||0123456789"});
    CHECK(read(reader, ": a comment without an end").back().starts_with("error: "));
    CHECK(read(reader, "\n\ndata: a\n\n").back().starts_with("error: "));

    event_reader other{{.line_bytes_max = 16, .data_bytes_max = 100}};
    CHECK(read(other, "data: 0123456789a\n\n").back().starts_with("error: "));
}

TEST_CASE("Data over its limit ends the reading, in however many lines", "[relay]")
{
    event_reader reader{{.line_bytes_max = 16, .data_bytes_max = 20}};
    std::string many;
    for (int i = 0; i < 5; ++i)
        many += "data: 01234\n";

    CHECK(read(reader, many).back().starts_with("error: "));
}

TEST_CASE("What has been read is not kept", "[relay]")
{
    event_reader reader{{.line_bytes_max = 64, .data_bytes_max = 64}};
    std::size_t events = 0;
    for (int i = 0; i < 10'000; ++i)
        events += read(reader, "id: 1\ndata: 0123456789\n\n").size();

    CHECK(events == 10'000);
}
