// What the tape room answers, as text: a failed comparison then shows both sides.
#pragma once

#include "tape/merged_reader.hpp"

#include <string>

namespace tickertape {

inline std::string said(const tape::symbol_tape::entry& e)
{
    return e.at.text() + ' ' + e.value.text() + " from " +
           std::to_string(static_cast<unsigned>(e.source));
}

inline std::string said(const result<tape::symbol_tape::entry>& r)
{
    return r ? said(*r) : r.error().message();
}

inline std::string said(const tick& t)
{
    return "symbol " + std::to_string(index_of(t.symbol)) + ": " +
           said(tape::symbol_tape::entry{t.at, t.value, t.source});
}

inline std::string said(const tape::lost_ticks& l)
{
    return "symbol " + std::to_string(index_of(l.symbol)) + " lost up to " + l.to.text();
}

}  // namespace tickertape
