#include "hub/notice_board.hpp"

namespace tickertape {

bool notice_board::set_stale(symbol_id symbol, bool stale) noexcept
{
    state& s = symbols_[index_of(symbol)];
    if (s.stale == stale)
        return false;
    s.stale = stale;
    s.changed = ++newest_;
    return true;
}

}  // namespace tickertape
