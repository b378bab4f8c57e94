// Streams that follow topics, without sockets and threads: whatever the cuts, a client ends with
// the state of each topic, has every tick once, and never sees an id that is lower than one before.
#include "hub/audience_rig.hpp"
#include "hub/held.hpp"
#include "support/catch.hpp"

#include <boost/json/parse.hpp>

#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

using namespace tickertape;
using namespace tickertape::hub;

namespace {

std::shared_ptr<const topic_state>
state_of(const std::string& event, const std::map<std::string, int>& values, int revision)
{
    topic_state s{
        .event = event,
        .head = "\"revision\":" + std::to_string(revision),
        .list = "rows",
        .parts = {}};
    for (const auto& [key, value] : values)
        s.parts.push_back(
            {key, "{\"key\":\"" + key + "\",\"value\":" + std::to_string(value) + "}"});
    return std::make_shared<const topic_state>(std::move(s));
}

// What a browser makes of the bytes.
struct client {
    std::map<std::string, std::map<std::string, int>> topics{};
    std::vector<position> ticks{};
    position last{};
    int others = 0;

    void take(std::string_view bytes)
    {
        text_ += bytes;
        for (auto end = text_.find("\n\n"); end != std::string::npos; end = text_.find("\n\n")) {
            event(text_.substr(0, end + 1));
            text_.erase(0, end + 2);
        }
    }
    bool is_whole() const { return text_.empty(); }
    // Another connection.
    void reset() { text_.clear(); }

private:
    static std::string field(const std::string& block, const std::string& name)
    {
        const auto at = ("\n" + block).find("\n" + name + ": ");
        if (at == std::string::npos)
            return {};
        const auto begin = at + name.size() + 2;
        return block.substr(begin, block.find('\n', begin) - begin);
    }
    void event(const std::string& block)
    {
        const auto name = field(block, "event");
        if (const auto id = field(block, "id"); !id.empty()) {
            const auto p = position::parse(id).value();
            REQUIRE(p >= last);
            if (name.empty()) {
                REQUIRE((ticks.empty() || p > ticks.back()));
                ticks.push_back(p);
            }
            last = p;
        }
        if (name != "market" && name != "news") {
            others += name.empty() ? 0 : 1;
            return;
        }
        const auto data = boost::json::parse(field(block, "data")).as_object();
        for (const auto& row : data.at("rows").as_array())
            topics[name][std::string{row.at("key").as_string()}] =
                static_cast<int>(row.at("value").as_int64());
    }

    std::string text_;
};

constexpr std::size_t market = 0;
constexpr std::size_t news = 2;
const std::array<std::string, 3> names{"market", "", "news"};

class life {
public:
    explicit life(unsigned seed, topic_set followed, bool has_ticks) : random_{seed}
    {
        terms_.topics = followed;
        terms_.how = sse::framing::raw;
        if (has_ticks)
            terms_.symbols = {symbol_id{0}, symbol_id{1}};
        planner_.emplace(
            h_.ticks, h_.sources, h_.board, h_.topics,
            stream_planner::limits{.cache = {}, .batch_bytes_max = 300, .topic_event_bytes = 60});
        h_.add(0, 1, ms_);
        h_.seen();
        cursor_ = stream_cursor::after(start_ = h_.ticks.committed());
    }

    void step()
    {
        const auto what = pick(10);
        if (what < 3)
            all_.push_back(h_.add(pick(2), 1, ++ms_).at);
        else if (what < 5)
            post(pick(2) == 0 ? market : news);
        else if (what == 5)
            h_.topics.take(board_, h_.seen().until());
        else if (what == 6)
            h_.board.set_stale(symbol_id{0}, pick(2) == 0);
        else
            send(pick(200));
    }

    void finish()
    {
        h_.topics.take(board_, h_.seen().until());
        for (int i = 0; i < 10'000; ++i)
            if (!send(1'000'000))
                break;
        REQUIRE(peer_.is_whole());
        for (const auto topic : {market, news}) {
            const bool is_followed = (terms_.topics & set_of(topic)) != 0;
            CHECK(
                peer_.topics[names[topic]] ==
                (is_followed ? values_[topic] : std::map<std::string, int>{}));
        }
        CHECK(peer_.ticks == (terms_.symbols.empty() ? std::vector<position>{} : all_));
        if (!all_.empty() && !terms_.symbols.empty())
            CHECK(peer_.last == h_.ticks.committed());
    }

private:
    std::size_t pick(std::size_t below)
    {
        return std::uniform_int_distribution<std::size_t>{0, below - 1}(random_);
    }
    void post(std::size_t topic)
    {
        for (auto n = pick(20); n > 0; --n)
            values_[topic][std::to_string(pick(30))] = static_cast<int>(pick(1'000));
        board_.post(topic, state_of(names[topic], values_[topic], ++revision_));
    }
    // Whether there was anything to send. Of what cannot be sent whole the rest comes next.
    bool send(std::size_t bytes)
    {
        const auto first = std::min(bytes, rest_.size());
        peer_.take(rest_.substr(0, first));
        rest_.erase(0, first);
        bytes -= first;
        if (!rest_.empty() || bytes == 0)
            return true;
        const auto& batch = planner_->next(terms_, cursor_, h_.seen(), at_ms(ms_));
        if (batch.empty()) {
            cursor_ = batch.then;
            return false;
        }
        const auto sent = std::min(bytes, batch.bytes().size());
        peer_.take(batch.bytes().substr(0, sent));
        const auto progress = progress_of(cursor_, batch, sent);
        cursor_ = progress.cursor;
        rest_ = progress.rest;
        return true;
    }

    std::minstd_rand random_;
    held h_{{"BTC-USD", "ETH-USD"}, 4'096};
    std::int64_t ms_ = 2'000;
    position start_;
    topic_board board_;
    std::map<std::size_t, std::map<std::string, int>> values_;
    int revision_ = 0;
    stream_terms terms_;
    std::optional<stream_planner> planner_;
    stream_cursor cursor_;
    std::string rest_;
    client peer_;
    std::vector<position> all_;
};

}  // namespace

TEST_CASE("a stream that follows topics may be cut anywhere", "[hub]")
{
    const auto followed = GENERATE(set_of(market), set_of(news), set_of(market) | set_of(news));
    const bool has_ticks = GENERATE(true, false);
    for (unsigned seed = 0; seed < 60; ++seed) {
        CAPTURE(seed, followed, has_ticks);
        life l{seed, followed, has_ticks};
        for (int i = 0; i < 300; ++i)
            l.step();
        l.finish();
    }
}

TEST_CASE("an event of a topic has the head, the parts, and the id of what came before", "[hub]")
{
    held h{{"BTC-USD"}};
    h.add(0, 1, 2'000);
    topic_board board;
    board.post(market, state_of("market", {{"a", 1}, {"b", 2}}, 7));
    h.topics.take(board, h.seen().until());
    stream_planner planner{h.ticks, h.sources, h.board, h.topics, {}};
    const stream_terms terms{
        .symbols = {symbol_id{0}}, .how = sse::framing::raw, .topics = set_of(market)};
    auto cursor = stream_cursor::newest(h.ticks.committed());
    std::string all;
    for (;;) {
        const auto& batch = planner.next(terms, cursor, h.seen(), at_ms(2'000));
        all += batch.bytes();
        if (batch.empty() || batch.completes)
            break;
        cursor = progress_of(cursor, batch, batch.bytes().size()).cursor;
    }
    CHECK(
        all == tick_block("2000-0", 2, "1") +
                   "id: 2000-0\nevent: market\ndata: {\"revision\":7,\"rows\":["
                   "{\"key\":\"a\",\"value\":1},{\"key\":\"b\",\"value\":2}]}\n\n");
}

TEST_CASE("who comes back is sent what has changed, and who does not follow nothing", "[hub]")
{
    held h{{"BTC-USD"}};
    h.add(0, 1, 2'000);
    topic_board board;
    board.post(market, state_of("market", {{"a", 1}, {"b", 2}}, 1));
    audience_rig rig{h, quiet_limits(), nullptr, &board};
    rig.of.look_at_tapes();
    rig.of.note_topics();
    const auto joins = [&](topic_set topics, std::optional<position> known) {
        auto peer = rig.subscribe(sse::framing::raw, topics, known);
        client c;
        c.take(peer.read_some().value_or(""));
        return c;
    };
    CHECK(joins(0, {}).topics.empty());
    CHECK(joins(set_of(market), {}).topics["market"].size() == 2);
    CHECK(joins(set_of(news), {}).topics.empty());

    h.add(0, 2, 100'000);
    rig.of.look_at_tapes();
    board.post(market, state_of("market", {{"a", 1}, {"b", 3}}, 2));
    rig.of.note_topics();
    h.add(0, 3, 200'000);
    rig.of.look_at_tapes();
    CHECK(joins(set_of(market), position{3'000, 0}).topics["market"].size() == 2);
    CHECK(joins(set_of(market), position{90'000, 0}).topics["market"].size() == 1);
    CHECK(joins(set_of(market), position{150'000, 0}).topics.empty());
    CHECK(rig.of.counters().topic_streams.value() == 5);
}
