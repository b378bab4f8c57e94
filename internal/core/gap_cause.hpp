// Why ticks cannot be had: those of another instance, or those of an archive.
#pragma once

namespace tickertape {

enum class gap_cause {
    evicted,    // they were there, and are kept no longer
    restarted,  // of before the other began, or unknown to it
    damaged,    // they were kept and cannot be read
    missing,    // they were never kept
};

}  // namespace tickertape
