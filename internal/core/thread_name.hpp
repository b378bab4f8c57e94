// Names of threads, as `top -H` and debuggers show them.
#pragma once

#include <cstddef>

#include <pthread.h>

namespace tickertape {

// Names the calling thread: at most 15 characters, the kernel's limit.
template <std::size_t Size>
void name_this_thread(const char (&name)[Size]) noexcept
{
    static_assert(Size <= 16);
    ::pthread_setname_np(::pthread_self(), name);
}

}  // namespace tickertape
