// The protocol of tape.cpp and tapes.cpp as steps for the explorer: each store of publish() and
// each load of read(), end(), evicted() and committed(), in their order and with their memory
// orders. A change of one of them there is made here too.
//
// A tick is three words, each of which is its position: an answer with any other word is torn.
#pragma once

#include "interleaving_explorer.hpp"

#include <array>
#include <vector>

namespace tickertape::interleaving {

constexpr auto relaxed = std::memory_order_relaxed;
constexpr auto acquire = std::memory_order_acquire;
constexpr auto release = std::memory_order_release;

// What can be built differently. As it stands here is as tape.cpp has it.
struct protocol {
    std::memory_order store_evicted = release;
    std::memory_order store_torn = release;
    std::array<std::memory_order, 3> store_word{release, release, release};
    std::memory_order store_whole = release;
    std::memory_order store_end = release;
    std::memory_order store_committed = release;

    std::memory_order load_stamp = acquire;
    std::array<std::memory_order, 3> load_word{acquire, acquire, acquire};
    std::memory_order load_stamp_again = acquire;
    std::memory_order load_end = acquire;
    std::memory_order load_evicted = acquire;
    std::memory_order load_committed = acquire;

    bool has_torn_stamp = true;
    bool looks_twice = true;
    bool evicts_before_torn = true;
    bool whole_after_words = true;
    bool end_after_whole = true;
    bool committed_after_tape = true;
    bool committed_loaded_first = true;
};

// A tape: where its words are, and which positions its ticks have.
struct tape_model {
    location first;
    int capacity;
    word first_position = 1;
    word position_step = 1;

    location end() const { return first; }
    location evicted() const { return at(1); }
    location stamp(int i) const { return at(2 + 4 * (i % capacity)); }
    location words(int i, int n) const { return at(3 + 4 * (i % capacity) + n); }
    location past() const { return at(2 + 4 * capacity); }
    word position_of(int i) const { return static_cast<word>(first_position + i * position_step); }

private:
    location at(int n) const { return static_cast<location>(first + n); }
};

constexpr word torn(int i)
{
    return static_cast<word>(2 * i + 1);
}
constexpr word whole(int i)
{
    return static_cast<word>(2 * i + 2);
}

// tape::publish() of tick i.
inline void publish(std::vector<store>& to, const protocol& p, const tape_model& t, int i)
{
    const auto evict = [&] {
        if (i >= t.capacity)
            to.push_back({t.evicted(), t.position_of(i - t.capacity), p.store_evicted});
    };
    const auto is_whole = [&] { to.push_back({t.stamp(i), whole(i), p.store_whole}); };
    const auto ends = [&] { to.push_back({t.end(), static_cast<word>(i + 1), p.store_end}); };

    if (p.evicts_before_torn)
        evict();
    if (p.has_torn_stamp)
        to.push_back({t.stamp(i), torn(i), p.store_torn});
    if (!p.evicts_before_torn)
        evict();
    if (!p.end_after_whole)
        ends();
    if (!p.whole_after_words)
        is_whole();
    for (int n = 0; n < 3; ++n)
        to.push_back({t.words(i, n), t.position_of(i), p.store_word[n]});
    if (p.whole_after_words)
        is_whole();
    if (p.end_after_whole)
        ends();
}

// tape::read() of tick i and evicted() after it, in six registers from `first` on.
class reading {
public:
    static constexpr int registers_used = 6;

    reading(const tape_model& t, int i, int first) : tape_{t}, i_{i}, first_{first} {}

    void add_to(std::vector<load>& steps, const protocol& p) const
    {
        const auto finds_whole = [me = *this](const registers& r) {
            return r[me.at(0)] == whole(me.i_);
        };
        steps.push_back({at(0), tape_.stamp(i_), p.load_stamp});
        for (int n = 0; n < 3; ++n)
            steps.push_back({at(1 + n), tape_.words(i_, n), p.load_word[n], finds_whole});
        if (p.looks_twice)
            steps.push_back({at(4), tape_.stamp(i_), p.load_stamp_again, finds_whole});
        steps.push_back({at(5), tape_.evicted(), p.load_evicted});
    }

    bool says_not_yet(const registers& r) const { return r[at(0)] < whole(i_); }
    bool says_lapped(const registers& r) const
    {
        return r[at(0)] > whole(i_) || (r[at(4)] != unset && r[at(4)] != r[at(0)]);
    }
    bool gives_tick(const registers& r) const { return !says_not_yet(r) && !says_lapped(r); }
    bool gives_torn(const registers& r) const
    {
        return gives_tick(r) &&
               (r[at(1)] != position() || r[at(2)] != position() || r[at(3)] != position());
    }
    bool knows_evicted(const registers& r) const { return r[at(5)] >= position(); }
    word position() const { return tape_.position_of(i_); }

private:
    reg at(int n) const { return static_cast<reg>(first_ + n); }

    tape_model tape_;
    int i_;
    int first_;
};

}  // namespace tickertape::interleaving
