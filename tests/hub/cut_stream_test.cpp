// Invariant 1 without sockets and threads, so that every cut can be tried: a planner and a client
// of many symbols, whose stream is cut after any byte, goes on, or is taken up again elsewhere from
// the last id. Whenever a connection ends, everything up to the last id has been received or was
// told as a gap: a client that resumes there is never told of it again.
#include "hub/held.hpp"
#include "hub/stream_client.hpp"
#include "support/catch.hpp"
#include "support/effort.hpp"

#include <algorithm>
#include <map>
#include <random>
#include <set>

using namespace tickertape;
using namespace tickertape::hub;

namespace {

constexpr std::size_t symbols = 40;
constexpr std::size_t ring = 3;
const position start{2'000, 0};

std::vector<std::string> some_names()
{
    std::vector<std::string> all;
    for (std::size_t i = 0; i < symbols; ++i)
        all.push_back("S" + std::to_string(i) + "-USD");
    return all;
}

struct told_gap {
    position from;
    position to;
    std::string about;

    bool covers(const std::string& symbol, position p) const
    {
        return from < p && p <= to &&
               (about.find("symbols") == std::string::npos ||
                about.find('"' + symbol + '"') != std::string::npos);
    }
};

class life {
public:
    life(unsigned seed, bool newest_only) : random_{seed}
    {
        terms_.newest_only = newest_only;
        terms_.symbols = {h_.symbols.all().begin(), h_.symbols.all().end()};
        // So small that few gaps go together.
        bounds_.batch_bytes_max = 600;
        planner_.emplace(h_.ticks, h_.sources, h_.board, h_.topics, bounds_);
        connect();
    }

    void step()
    {
        const auto what = pick(100);
        if (what < 30)
            for (auto n = pick(40); n > 0; --n)
                publish();
        else if (what < 45)
            seen_.look(h_.symbols.all(), [](symbol_id, auto) {
            });  // else the writer is ahead of what the lane has seen
        else if (what < 47)
            connect();
        else if (what < 49 && !terms_.newest_only && !cursor_.is_passing())
            cursor_.pass_to(seen_.until(), stream_cursor::telling::gap);
        else
            send(pick(400));
    }
    // Sends all there is, and looks at the end as if the connection ended there.
    void finish()
    {
        seen_.look(h_.symbols.all(), [](symbol_id, auto) {});
        for (int i = 0; i < 100'000 && !done_; ++i)
            send(10'000);
        REQUIRE(done_);
        check_all_up_to(h_.ticks.committed());
    }
    std::size_t gaps() const { return gaps_in_all_; }

private:
    std::size_t pick(std::size_t below)
    {
        return std::uniform_int_distribution<std::size_t>{0, below - 1}(random_);
    }

    void publish()
    {
        // Some tick often and some hardly ever.
        const auto s = std::min(pick(symbols), pick(symbols));
        ms_ += static_cast<std::int64_t>(pick(3));
        const auto t = h_.add(s, 1, ms_);
        if (t.at > start)
            all_[h_.symbols.name(t.symbol)].push_back(t.at);
    }

    void connect()
    {
        check_all_up_to(last_id_.value_or(start));
        seen_.look(h_.symbols.all(), [](symbol_id, auto) {});
        terms_.how = pick(2) == 0 ? sse::framing::raw : sse::framing::chunked;
        client_.emplace(terms_.how);
        planner_->forget();
        cursor_ = stream_cursor::after(last_id_.value_or(start));
        rest_.clear();
        gaps_.clear();
        before_.clear();
        began_ = cursor_.at;
    }

    void send(std::size_t bytes)
    {
        const auto first = std::min(bytes, rest_.size());
        take(rest_.substr(0, first));
        rest_.erase(0, first);
        bytes -= first;
        if (!rest_.empty() || bytes == 0)
            return;
        const auto batch = planner_->next(terms_, cursor_, seen_, at_ms(1'000'000));
        done_ = batch.empty();
        if (done_) {
            cursor_ = batch.then;
            return;
        }
        const auto sent = std::min(bytes, batch.bytes().size());
        const auto progress = progress_of(cursor_, batch, sent);
        rest_ = progress.rest;
        REQUIRE(rest_.size() < 300);
        cursor_ = progress.cursor;
        take(batch.bytes().substr(0, sent));
    }

    void take(std::string_view bytes)
    {
        for (const auto& e : client_->take(bytes)) {
            if (!e.id.empty())
                last_id_ = *position::parse(e.id);
            if (e.type == "gap") {
                ++gaps_in_all_;
                gaps_.push_back(
                    {*position::parse(member_of(e.data, "from")),
                     *position::parse(member_of(e.data, "to")), e.data});
                ever_told_.push_back(gaps_.back());
            } else if (e.type == "message") {
                take_tick(member_of(e.data, "symbol"), e.data);
            }
        }
    }

    void take_tick(const std::string& symbol, const std::string& data)
    {
        const auto at = *last_id_;
        INFO(symbol << " at " << at.text());
        const auto is_lost = [&](position p) {
            return std::ranges::any_of(gaps_, [&](auto& g) { return g.covers(symbol, p); });
        };
        REQUIRE_FALSE(is_lost(at));
        auto& before = before_.try_emplace(symbol, began_).first->second;
        REQUIRE(at > before);
        if (terms_.newest_only) {
            const auto passed_over = std::ranges::count_if(
                all_[symbol], [&](position p) { return p > before && p < at && !is_lost(p); });
            REQUIRE(
                std::stoull('0' + member_of(data, "skipped")) ==
                static_cast<std::uint64_t>(passed_over));
            for (const auto p : all_[symbol])
                if (p > before && p < at)
                    received_[symbol].insert(p);  // as good as
        }
        before = at;
        REQUIRE(received_[symbol].insert(at).second);
    }

    void check_all_up_to(position id)
    {
        // Cut off in a pass, a reader of the latest resumes from a place as everybody does: what is
        // passed over is counted from there.
        if (terms_.newest_only)
            return;
        for (const auto& one : all_)
            for (const auto p : one.second) {
                if (p > id || received_[one.first].contains(p))
                    continue;
                INFO("of " << one.first << " nothing is known at " << p.text());
                REQUIRE(std::ranges::any_of(
                    ever_told_, [&](auto& g) { return g.covers(one.first, p); }));
            }
    }

    std::mt19937 random_;
    held h_{some_names(), ring, 1'000};
    std::int64_t ms_ = 2'000;
    stream_terms terms_;
    stream_planner::limits bounds_;
    std::optional<stream_planner> planner_;
    commit_horizon seen_{h_.ticks};
    std::map<std::string, std::vector<position>> all_;

    // The connection.
    stream_cursor cursor_;
    std::string rest_;
    bool done_ = false;
    std::optional<stream_client> client_;
    std::vector<told_gap> gaps_;
    position began_;
    std::map<std::string, position> before_;

    std::optional<position> last_id_;
    std::vector<told_gap> ever_told_;
    std::map<std::string, std::set<position>> received_;
    std::size_t gaps_in_all_ = 0;
};

}  // namespace

TEST_CASE("a stream of many symbols may be cut anywhere", "[hub]")
{
    const bool newest_only = GENERATE(false, true);
    CAPTURE(newest_only);
    const auto seed = std::random_device{}();
    CAPTURE(seed);
    std::size_t gaps = 0;
    const auto lives = testing::rounds(60u, 12u);
    for (unsigned i = 0; i < lives; ++i) {
        CAPTURE(i);
        life l{seed + i, newest_only};
        for (int n = 0; n < 400; ++n)
            l.step();
        l.finish();
        gaps += l.gaps();
    }
    CHECK(gaps > lives * 20);
}
