/* What Debian's wasi-libc lacks is the same for all guests. */
#include "../../unix/toolchain/missing.c"
