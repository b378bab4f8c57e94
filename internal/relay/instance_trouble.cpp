// What an instance does where the log does not answer, or refuses, and what it says of that.
#include "relay/instance.hpp"
#include "telemetry/log.hpp"

#include <algorithm>
#include <utility>

namespace tickertape::relay {

namespace asio = boost::asio;

namespace {

bool is_answer(boost::system::error_code why)
{
    return why == relay_errc::refused || why == relay_errc::bad_answer;
}

}  // namespace

void instance::failed(const char* what, boost::system::error_code why)
{
    if (is_stopping_)
        return;
    const auto now = of_.time.steady_now();
    ++failures_;
    if (!trouble_since_)
        trouble_since_ = now;
    ++troubles_;
    trouble_last_ = now;
    // Each cause once, however often it comes: calls that are answered may lie between.
    if (std::ranges::find(causes_, why) == causes_.end()) {
        causes_.push_back(why);
        of_.says.warn("the relay fails", {{"call", what}, {"cause", why.message()}});
    }
    is_heard_ = false;
    is_reached_ = is_answer(why);
    keeper_.failed(now, of_.random());
}

void instance::heard()
{
    const auto now = of_.time.steady_now();
    if (!std::exchange(is_heard_, true) && trouble_since_) {
        reader_again_->ring();
        // The lease may have run out meanwhile. Whoever led has observations that wait, and can
        // append them if nobody else has written: it is to ask first.
        if (now - heard_last_ >= limits_.lease.lifetime * 4 / 5 && !sequencer_.is_open())
            rests_until_ = std::max(rests_until_, now + limits_.first_asks_for);
    }
    if (!std::exchange(is_reached_, true))
        reached_since_ = now;
    heard_last_ = now;
    if (!trouble_since_ || now - trouble_last_ < limits_.calm)
        return;
    of_.says.info(
        "the relay answers again",
        {{"failures", troubles_},
         {"trouble_ms",
          std::chrono::floor<milliseconds>(trouble_last_ - *trouble_since_).count()}});
    trouble_since_.reset();
    troubles_ = 0;
    causes_.clear();
}

// Beside control(), which may wait for an answer for seconds.
asio::awaitable<void> instance::watch()
{
    while (!is_stopping_) {
        const auto now = of_.time.steady_now();
        sequencer_.waiting().expire(now);
        if (sequencer_.is_open() && !is_leaving_ &&
            now >= lead_until_ + limits_.writing.waiting.age_max) {
            lose_lead("the relay does not answer for longer than what waits for it is kept");
            tell_role();
        }
        if (is_heard_)
            tell_losses();
        co_await watch_->wait(now + limits_.watches_each);
    }
}

void instance::tell_losses()
{
    const auto lost = sequencer_.waiting().take_loss();
    if (lost.count == 0)
        return;
    of_.says.warn(
        "prices were observed that the relay never took, and nobody has seen",
        {{"dropped", lost.count}, {"from", lost.first.text()}, {"to", lost.last.text()}});
}

// What the others say of themselves.
void instance::look_around(const std::vector<announced>& all)
{
    instances_.clear();
    others_could_lead_ = false;
    announced_leader_.clear();
    for (const auto& one : all) {
        const auto said = read_presence(one.words);
        if (said.is_leader)
            announced_leader_ = one.instance;
        instances_.push_back(one.instance);
        if (one.instance == name_) {
            // What was announced under our name before: by us, or by another one.
            note_double(said.life);
            continue;
        }
        others_could_lead_ = others_could_lead_ || (said.can_lead && !said.has_dry_feed);
        if (said.symbols.empty() || said.symbols == symbols_mark_ ||
            std::ranges::find(told_symbols_, one.instance) != told_symbols_.end())
            continue;
        if (told_symbols_.size() == told_symbols_max)
            told_symbols_.erase(told_symbols_.begin());
        told_symbols_.push_back(one.instance);
        of_.says.warn(
            "another instance has other SYMBOLS: those that the leader lacks get no ticks",
            {{"instance", one.instance}});
    }
    std::ranges::sort(instances_);
}

// Two instances of one name would give the same ids. One of them, always the same, does not lead.
void instance::note_double(const std::string& life)
{
    const bool is_other = !life.empty() && life != life_;
    // That of our life before this one is there once, or twice where the log's server is another.
    doubles_ = is_other ? doubles_ + 1 : 0;
    if (doubles_ < 3)
        return;
    double_until_ = of_.time.steady_now() + limits_.announced_for;
    yields_ = life_ > life;
    if (!std::exchange(is_double_told_, true))
        of_.says.error(
            "another instance has the same name: give each an INSTANCE of its own",
            {{"instance", name_}, {"leads", !yields_}});
}

}  // namespace tickertape::relay
