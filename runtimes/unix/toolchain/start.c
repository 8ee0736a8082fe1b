/* Where a command begins. Debian's wasi-libc leaves it to the linker to run constructors, and the
   linker does not if anything else mentions them, as the bindings of components do. */
#include <wasi/api.h>

void __wasm_call_ctors(void);
void __wasm_call_dtors(void);
int __main_void(void);

__attribute__((export_name("_start"))) void _start(void) {
    __wasm_call_ctors();
    int status = __main_void();
    __wasm_call_dtors();
    if (status) __wasi_proc_exit((__wasi_exitcode_t)status);
}
