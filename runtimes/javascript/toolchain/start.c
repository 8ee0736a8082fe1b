/* Constructors run when a process begins, after the image has been restored: libc finds its preopened
   directories then, and none while the image is made. */
#include "../../unix/toolchain/start.c"
