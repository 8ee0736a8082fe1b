/* Included before each C file of the engine. QuickJS-NG checks no limit for its stack on WASI, so that
   endless recursion would be a trap, which no program can catch; with another name for the system it
   has one (`STACK` in engine/src/engine.rs). The one libc header that asks for the true name is read
   before; the name taken is one for which malloc_usable_size is used as well. */
#include <wasi/api.h>
#undef __wasi__
#define __ANDROID__ 1
