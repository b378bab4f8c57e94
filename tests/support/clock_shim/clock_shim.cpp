// Clocks that a test sets: preloaded into a program, it adds to what the kernel says of the wall
// clock and of the boot clock. The two numbers, milliseconds each, are the content of the file that
// CLOCK_SHIM_FILE names, which is mapped, so that a test changes them while the program runs.
//
// A step changes the first; a machine that was suspended changes both.
#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

namespace {

struct offsets {
    std::int64_t wall_ms;
    std::int64_t boot_ms;
};

const volatile offsets* mapped() noexcept
{
    const char* const path = std::getenv("CLOCK_SHIM_FILE");
    const int descriptor = path == nullptr ? -1 : ::open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return nullptr;
    void* const at = ::mmap(nullptr, sizeof(offsets), PROT_READ, MAP_SHARED, descriptor, 0);
    ::close(descriptor);
    return at == MAP_FAILED ? nullptr : static_cast<const volatile offsets*>(at);
}

void add(timespec& to, std::int64_t ms) noexcept
{
    constexpr std::int64_t second = 1'000'000'000;
    const auto nanoseconds = to.tv_nsec + ms % 1'000 * 1'000'000;
    to.tv_sec += ms / 1'000 + (nanoseconds >= second ? 1 : nanoseconds < 0 ? -1 : 0);
    to.tv_nsec = nanoseconds + (nanoseconds >= second ? -second : nanoseconds < 0 ? second : 0);
}

}  // namespace

extern "C" int clock_gettime(clockid_t which, timespec* out) noexcept
{
    static const volatile offsets* const by = mapped();
    const auto failed = static_cast<int>(::syscall(SYS_clock_gettime, which, out));
    if (failed != 0 || by == nullptr)
        return failed;
    if (which == CLOCK_REALTIME || which == CLOCK_REALTIME_COARSE)
        add(*out, by->wall_ms);
    if (which == CLOCK_BOOTTIME)
        add(*out, by->boot_ms);
    return 0;
}

// Redis asks by this one.
extern "C" int gettimeofday(timeval* out, void*) noexcept
{
    timespec now{};
    const auto failed = clock_gettime(CLOCK_REALTIME, &now);
    *out = {now.tv_sec, now.tv_nsec / 1'000};
    return failed;
}
