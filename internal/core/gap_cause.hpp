// Why ticks of another instance cannot be had.
#pragma once

namespace tickertape {

enum class gap_cause {
    evicted,    // they were there, and are kept no longer
    restarted,  // of before the other began, or unknown to it
    damaged,    // the other kept them and cannot read them
};

}  // namespace tickertape
