;; The shared library between the `belljar:process/program` world and CPython: the two exports of
;; the world, the functions that Belljar's Python sources call, and those functions of libc that a
;; signal must be able to interrupt (see src/main.rs: libpython's imports of them are renamed).
;;
;; Written by hand so that rebuilding the guest needs no C compiler.
(module $glue
  (@dylink.0
    (mem-info (memory 4096 4) (table 16 0))
    (needed "libpython3.14.so")
    (needed "libc.so"))

  ;; ---- the host -----------------------------------------------------------------------------
  (import "belljar:process/signals@0.1.0" "take" (func $host_take (result i32)))
  (import "belljar:process/signals@0.1.0" "watch" (func $host_watch (param i32 i32 i32)))
  (import "belljar:process/signals@0.1.0" "set" (func $host_set (param i32 i32) (result i32)))
  (import "belljar:process/children@0.1.0" "kill" (func $host_kill (param i32 i32 i32)))
  (import "belljar:process/children@0.1.0" "pid" (func $host_pid (result i32)))
  (import "belljar:process/lifecycle@0.1.0" "exit" (func $host_exit (param i32)))
  (import "wasi:cli/environment@0.2.0" "get-arguments" (func $get_arguments (param i32)))

  ;; ---- the dynamic linker -------------------------------------------------------------------
  (import "env" "memory" (memory 0))
  (import "env" "__indirect_function_table" (table 0 funcref))
  (import "env" "__memory_base" (global $mem i32))
  (import "env" "__table_base" (global $tab i32))
  (import "GOT.mem" "_Py_NoneStruct" (global $None (mut i32)))
  (import "GOT.mem" "_Py_TrueStruct" (global $True (mut i32)))
  (import "GOT.mem" "_Py_FalseStruct" (global $False (mut i32)))
  (import "GOT.mem" "PyExc_RuntimeError" (global $RuntimeError (mut i32)))
  (import "GOT.mem" "PyExc_SystemExit" (global $SystemExit (mut i32)))
  (import "GOT.mem" "PyExc_KeyboardInterrupt" (global $KeyboardInterrupt (mut i32)))
  (import "GOT.mem" "PyLong_Type" (global $Long (mut i32)))
  (import "GOT.mem" "__wasilibc_cwd" (global $cwd (mut i32)))
  (import "GOT.mem" "_CLOCK_MONOTONIC" (global $MONOTONIC (mut i32)))

  ;; ---- src/processes.wat and permissions.wat ----------------------------------------------------
  (import "env" "belljar_allocate" (func $allocate (param i32 i32 i32 i32) (result i32)))
  (import "env" "belljar_define_processes" (func $define_processes (param i32) (result i32)))
  (import "env" "belljar_define_permissions" (func $define_permissions (param i32) (result i32)))
  (import "env" "belljar_go_live" (func $go_live))

  ;; ---- libc ---------------------------------------------------------------------------------
  (import "env" "__wasilibc_initialize_environ" (func $initialize_environ))
  (import "env" "__wasilibc_reset_preopens" (func $reset_preopens))
  (import "env" "__errno_location" (func $errno_location (result i32)))
  (import "env" "strdup" (func $strdup (param i32) (result i32)))
  (import "env" "clock_gettime" (func $clock_gettime (param i32 i32) (result i32)))
  (import "env" "strlen" (func $strlen (param i32) (result i32)))
  (import "env" "fflush" (func $fflush (param i32) (result i32)))
  (import "env" "read" (func $read (param i32 i32 i32) (result i32)))
  (import "env" "write" (func $write (param i32 i32 i32) (result i32)))
  (import "env" "poll" (func $poll (param i32 i32 i32) (result i32)))
  (import "env" "select" (func $select (param i32 i32 i32 i32 i32) (result i32)))
  (import "env" "clock_nanosleep" (func $clock_nanosleep (param i32 i32 i32 i32) (result i32)))
  (import "env" "accept4" (func $accept4 (param i32 i32 i32 i32) (result i32)))
  (import "env" "connect" (func $connect (param i32 i32 i32) (result i32)))
  (import "env" "recv" (func $recv (param i32 i32 i32 i32) (result i32)))
  (import "env" "recvfrom" (func $recvfrom (param i32 i32 i32 i32 i32 i32) (result i32)))

  ;; ---- CPython ------------------------------------------------------------------------------
  (import "env" "PyInitConfig_Create" (func $PyInitConfig_Create (result i32)))
  (import "env" "PyInitConfig_SetInt" (func $PyInitConfig_SetInt (param i32 i32 i64) (result i32)))
  (import "env" "PyInitConfig_SetStr" (func $PyInitConfig_SetStr (param i32 i32 i32) (result i32)))
  (import "env" "PyInitConfig_GetError" (func $PyInitConfig_GetError (param i32 i32) (result i32)))
  (import "env" "PyInitConfig_Free" (func $PyInitConfig_Free (param i32)))
  (import "env" "Py_InitializeFromInitConfig" (func $Py_InitializeFromInitConfig (param i32) (result i32)))
  (import "env" "PyConfig_Set" (func $PyConfig_Set (param i32 i32) (result i32)))
  (import "env" "PyImport_AddModule" (func $PyImport_AddModule (param i32) (result i32)))
  (import "env" "PyImport_ImportModule" (func $PyImport_ImportModule (param i32) (result i32)))
  (import "env" "PyCFunction_NewEx" (func $PyCFunction_NewEx (param i32 i32 i32) (result i32)))
  (import "env" "PyObject_SetAttrString" (func $PyObject_SetAttrString (param i32 i32 i32) (result i32)))
  (import "env" "PyObject_GetAttrString" (func $PyObject_GetAttrString (param i32 i32) (result i32)))
  (import "env" "PyObject_CallNoArgs" (func $PyObject_CallNoArgs (param i32) (result i32)))
  (import "env" "PyObject_CallOneArg" (func $PyObject_CallOneArg (param i32 i32) (result i32)))
  (import "env" "PyObject_Call" (func $PyObject_Call (param i32 i32 i32) (result i32)))
  (import "env" "PyTuple_GetItem" (func $PyTuple_GetItem (param i32 i32) (result i32)))
  (import "env" "_Py_Dealloc" (func $_Py_Dealloc (param i32)))
  (import "env" "PyBytes_AsString" (func $PyBytes_AsString (param i32) (result i32)))
  (import "env" "PyErr_ExceptionMatches" (func $PyErr_ExceptionMatches (param i32) (result i32)))
  (import "env" "PyErr_GetRaisedException" (func $PyErr_GetRaisedException (result i32)))
  (import "env" "PyErr_SetRaisedException" (func $PyErr_SetRaisedException (param i32)))
  (import "env" "PyLong_FromLong" (func $PyLong_FromLong (param i32) (result i32)))
  (import "env" "PyLong_AsLong" (func $PyLong_AsLong (param i32) (result i32)))
  (import "env" "PyUnicode_AsUTF8" (func $PyUnicode_AsUTF8 (param i32) (result i32)))
  (import "env" "PyUnicode_FromStringAndSize" (func $PyUnicode_FromStringAndSize (param i32 i32) (result i32)))
  (import "env" "PyUnicode_FromString" (func $PyUnicode_FromString (param i32) (result i32)))
  (import "env" "PyList_New" (func $PyList_New (param i32) (result i32)))
  (import "env" "PyList_SetItem" (func $PyList_SetItem (param i32 i32 i32) (result i32)))
  (import "env" "PyStructSequence_SetItem" (func $PyStructSequence_SetItem (param i32 i32 i32)))
  (import "env" "PyThreadState_Get" (func $PyThreadState_Get (result i32)))
  (import "env" "PyThreadState_GetInterpreter" (func $PyThreadState_GetInterpreter (param i32) (result i32)))
  (import "env" "PyGILState_Ensure" (func $PyGILState_Ensure (result i32)))
  (import "env" "PyGILState_Release" (func $PyGILState_Release (param i32)))
  (import "env" "Py_AddPendingCall" (func $Py_AddPendingCall (param i32 i32) (result i32)))
  (import "env" "_PyEval_AddPendingCall" (func $_PyEval_AddPendingCall (param i32 i32 i32 i32) (result i32)))
  (import "env" "PyErr_SetInterruptEx" (func $PyErr_SetInterruptEx (param i32) (result i32)))
  (import "env" "PyErr_CheckSignals" (func $PyErr_CheckSignals (result i32)))
  (import "env" "PyErr_Occurred" (func $PyErr_Occurred (result i32)))
  (import "env" "PyErr_Print" (func $PyErr_Print))
  (import "env" "PyErr_Clear" (func $PyErr_Clear))
  (import "env" "PyErr_SetString" (func $PyErr_SetString (param i32 i32)))

  ;; ---- static data --------------------------------------------------------------------------
  ;; Offsets from __memory_base. 0..255: method table (16 bytes each), 256..: variables, 512..: text.
  ;;   256 start    PyObject*  _belljar.main.start
  ;;   260 signal   PyObject*  _belljar.main.on_signal
  ;;   264 word     address of the main thread's eval_breaker
  ;;   268 mask     its bit "there are pending calls"
  ;;   272 scratch  result area, 16 bytes
  ;;   288 finish   PyObject*  _belljar.main.finish
  (data (offset (i32.add (global.get $mem) (i32.const 512)))
    "_belljar_host\00"                   ;; 512
    "_belljar.main\00"                   ;; 526
    "start\00"                           ;; 540
    "finish\00"                          ;; 546
    "on_signal\00"                       ;; 553
    "argv\00"                            ;; 563
    "take_signal\00"                     ;; 568
    "exit\00"                            ;; 580
    "set_config\00"                      ;; 585
    "set_item\00"                        ;; 596
    "set_cwd\00"                         ;; 605
    "throw\00"                           ;; 613
    "home\00"                            ;; 619
    "/usr\00"                            ;; 624
    "executable\00"                      ;; 629
    "/usr/bin/python3\00"                ;; 640
    "isolated\00"                        ;; 657
    "use_environment\00"                 ;; 666
    "user_site_directory\00"             ;; 682
    "safe_path\00"                       ;; 702
    "install_signal_handlers\00"         ;; 712
    "site_import\00"                     ;; 736
    "configure_locale\00"                ;; 748
    "write_bytecode\00"                  ;; 765
    "pathconfig_warnings\00"             ;; 780
    "the main thread's pending-call flag is not where it is expected\00" ;; 800
    "\n\00"                              ;; 864
    "prepare\00"                         ;; 866
    "immortalize\00"                     ;; 874
    "die\00"                             ;; 886
    "deliver\00"                         ;; 890
  )

  ;; Functions whose addresses C sees: table index from __table_base.
  (elem (offset (global.get $tab)) func
    $argv $take_signal $exit $set_config $set_item $on_pending $relay $set_cwd $throw $immortalize
    $die $deliver_now)

  (func $at (param i32) (result i32) (i32.add (global.get $mem) (local.get 0)))
  (func $fn (param i32) (result i32) (i32.add (global.get $tab) (local.get 0)))

  ;; ---- for Python: the module _belljar_host ---------------------------------------------------
  ;; argv() -> list[str]
  (func $argv (param $self i32) (param $args i32) (result i32)
    (local $list i32) (local $len i32) (local $items i32) (local $i i32) (local $text i32)
    (call $get_arguments (call $at (i32.const 272)))
    (local.set $items (i32.load (call $at (i32.const 272))))
    (local.set $len (i32.load (call $at (i32.const 276))))
    (local.set $list (call $PyList_New (local.get $len)))
    (if (i32.eqz (local.get $list)) (then (return (i32.const 0))))
    (block $done (loop $next
      (br_if $done (i32.ge_u (local.get $i) (local.get $len)))
      (local.set $text (call $PyUnicode_FromStringAndSize
        (i32.load (i32.add (local.get $items) (i32.shl (local.get $i) (i32.const 3))))
        (i32.load offset=4 (i32.add (local.get $items) (i32.shl (local.get $i) (i32.const 3))))))
      (if (i32.eqz (local.get $text)) (then (return (i32.const 0))))
      (drop (call $PyList_SetItem (local.get $list) (local.get $i) (local.get $text)))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br $next)))
    (local.get $list))

  ;; take_signal() -> int, 0 = none
  (func $take_signal (param $self i32) (param $args i32) (result i32)
    (call $PyLong_FromLong (call $host_take)))

  ;; exit(status: int) -> never
  (func $exit (param $self i32) (param $status i32) (result i32)
    (local $value i32)
    (local.set $value (call $PyLong_AsLong (local.get $status)))
    (if (call $PyErr_Occurred) (then (return (i32.const 0))))
    (call $_exit (local.get $value))
    (unreachable))

  ;; die(signal: int): the process ends as the signal does by default, if that ends it at all
  (func $die (param $self i32) (param $signal i32) (result i32)
    (local.set $signal (call $PyLong_AsLong (local.get $signal)))
    (if (call $PyErr_Occurred) (then (return (i32.const 0))))
    (call $kill_self (local.get $signal))
    (global.get $None))

  (func $kill_self (param $signal i32)
    (drop (call $host_set (local.get $signal) (i32.const 0)))
    (call $host_kill (call $host_pid) (local.get $signal) (call $at (i32.const 272)))
    ;; It ends at the next safe point: nothing else is to happen before, for a second at most.
    (i64.store (call $at (i32.const 272)) (i64.const 1))
    (i32.store (call $at (i32.const 280)) (i32.const 0))
    (drop (call $clock_nanosleep (global.get $MONOTONIC) (i32.const 0) (call $at (i32.const 272)) (i32.const 0))))

  ;; set_config(name: str, value): PyConfig_Set, which also writes sys.flags
  (func $set_config (param $self i32) (param $args i32) (param $count i32) (result i32)
    (local $name i32)
    (local.set $name (call $PyUnicode_AsUTF8 (i32.load (local.get $args))))
    (if (i32.eqz (local.get $name)) (then (return (i32.const 0))))
    (if (call $PyConfig_Set (local.get $name) (i32.load offset=4 (local.get $args)))
      (then (return (i32.const 0))))
    (global.get $None))

  ;; set_item(struct_sequence, index: int, small_int): for those fields of sys.flags that PyConfig_Set
  ;; calls read-only. The old value is not released, the new one is borrowed: both are immortal.
  (func $set_item (param $self i32) (param $args i32) (param $count i32) (result i32)
    (call $PyStructSequence_SetItem
      (i32.load (local.get $args))
      (call $PyLong_AsLong (i32.load offset=4 (local.get $args)))
      (i32.load offset=8 (local.get $args)))
    (global.get $None))

  ;; set_cwd(path: bytes): the host has checked that the folder is there; os.chdir would ask again.
  (func $set_cwd (param $self i32) (param $path i32) (result i32) (local $text i32)
    (local.set $text (call $PyBytes_AsString (local.get $path)))
    (if (i32.eqz (local.get $text)) (then (return (i32.const 0))))
    (i32.store (global.get $cwd) (call $strdup (local.get $text)))
    (global.get $None))

  ;; throw(exception): raises it with no frame of its own
  (func $throw (param $self i32) (param $exception i32) (result i32)
    (call $incref (local.get $exception))
    (call $PyErr_SetRaisedException (local.get $exception))
    (i32.const 0))

  ;; immortalize(object) -> whether it was mortal: CPython never counts references to it again, so it
  ;; does not write to it, and its page of the image stays shared between all processes.
  (func $immortalize (param $self i32) (param $object i32) (result i32)
    (if (i32.ge_s (i32.load (local.get $object)) (i32.const 0x40000000))
      (then (return (global.get $False))))
    (i32.store (local.get $object) (i32.const 0x50000000))
    (global.get $True))

  ;; Objects begin with a 32-bit reference count, of 2**30 and more for immortal ones, and their type.
  (func $incref (param $object i32)
    (if (i32.lt_s (i32.load (local.get $object)) (i32.const 0x40000000))
      (then (i32.store (local.get $object)
        (i32.add (i32.load (local.get $object)) (i32.const 1))))))

  (func $decref (param $object i32)
    (if (i32.eqz (local.get $object)) (then (return)))
    (if (i32.ge_s (i32.load (local.get $object)) (i32.const 0x40000000)) (then (return)))
    (i32.store (local.get $object) (i32.sub (i32.load (local.get $object)) (i32.const 1)))
    (if (i32.eqz (i32.load (local.get $object)))
      (then (call $_Py_Dealloc (local.get $object)))))

  ;; ---- signals ------------------------------------------------------------------------------
  ;; CPython looks at one word, the main thread's eval_breaker, between instructions that jump back
  ;; or call. The host sets its bit "there are pending calls" ($mask) when a signal arrives; CPython
  ;; then runs our pending call. To have one always queued while the bit is clear, two calls take
  ;; turns: CPython drains the interpreter's queue first and the main thread's queue second, each
  ;; until it is empty, so the call in the second queue puts $relay in the first, and $relay puts
  ;; $on_pending back in the second.
  (func $relay (param i32) (result i32)
    (drop (call $Py_AddPendingCall (call $fn (i32.const 5)) (i32.const 0)))
    (i32.const 0))

  (func $arm
    (drop (call $_PyEval_AddPendingCall
      (call $PyThreadState_GetInterpreter (call $PyThreadState_Get))
      (call $fn (i32.const 6)) (i32.const 0) (i32.const 0)))
    (call $clear))

  (func $clear (local $word i32)
    (local.set $word (i32.load (call $at (i32.const 264))))
    (i32.store (local.get $word)
      (i32.and (i32.load (local.get $word))
        (i32.xor (i32.load (call $at (i32.const 268))) (i32.const -1)))))

  (func $on_pending (param i32) (result i32)
    (call $arm)
    (drop (call $deliver))
    ;; Runs Python's handlers now, not one instruction later.
    (call $PyErr_CheckSignals))

  ;; Hands all pending signals to CPython; returns how many there were.
  (func $deliver (result i32) (local $count i32) (local $signal i32) (local $word i32) (local $before i32)
    (local $gil i32)
    (local.set $word (i32.load (call $at (i32.const 264))))
    (block $done (loop $next
      (local.set $signal (call $host_take))
      (br_if $done (i32.eqz (local.get $signal)))
      (local.set $count (i32.add (local.get $count) (i32.const 1)))
      (local.set $before (i32.load (local.get $word)))
      (drop (call $PyErr_SetInterruptEx (local.get $signal)))
      ;; Nothing changed: this signal has no Python handler. (SIGINT has one unless the program
      ;; removed it.) Python decides what the default action is.
      (if (i32.and
            (i32.eq (i32.load (local.get $word)) (local.get $before))
            (i32.ne (i32.load (call $at (i32.const 260))) (i32.const 0)))
        (then
          (local.set $gil (call $PyGILState_Ensure))
          (if (i32.eqz (call $PyObject_CallOneArg
                (i32.load (call $at (i32.const 260)))
                (call $PyLong_FromLong (local.get $signal))))
            (then (call $PyErr_Clear)))
          (call $PyGILState_Release (local.get $gil))))
      (br $next)))
    (local.get $count))

  ;; deliver(): the handlers of signals that are pending run before it returns
  (func $deliver_now (param $self i32) (param $args i32) (result i32)
    (drop (call $deliver))
    (if (call $PyErr_CheckSignals) (then (return (i32.const 0))))
    (global.get $None))

  ;; Was the call that just returned cut short by a signal? Says so in the way of POSIX.
  (func $interrupted (result i32)
    (if (i32.eqz (i32.and
          (i32.load (i32.load (call $at (i32.const 264))))
          (i32.load (call $at (i32.const 268)))))
      (then (return (i32.const 0))))
    (if (i32.eqz (call $deliver)) (then (return (i32.const 0))))
    (i32.store (call $errno_location) (i32.const 27)) ;; EINTR
    (i32.const 1))

  ;; ---- functions of libc as libpython sees them -----------------------------------------------
  (func $_exit (export "belljar_exit") (export "belljar_exit_now") (param $status i32)
    (call $host_exit (i32.and (local.get $status) (i32.const 255)))
    (unreachable))

  ;; Processor time: libc's counts from a constructor's run, which is in the image. The host's
  ;; monotonic clock starts with the process, and there are no threads to add up.
  (func $clock (export "belljar_clock") (result i64)
    (drop (call $clock_gettime (global.get $MONOTONIC) (call $at (i32.const 272))))
    (i64.add
      (i64.mul (i64.load (call $at (i32.const 272))) (i64.const 1000000000))
      (i64.extend_i32_s (i32.load (call $at (i32.const 280))))))

  (func (export "belljar_times") (param $tms i32) (result i64)
    (i64.store (local.get $tms) (call $clock))
    (i64.store offset=8 (local.get $tms) (i64.const 0))
    (i64.store offset=16 (local.get $tms) (i64.const 0))
    (i64.store offset=24 (local.get $tms) (i64.const 0))
    (call $clock))

  (func (export "belljar_clock_nanosleep") (param i32 i32 i32 i32) (result i32) (local $result i32)
    (local.set $result (call $clock_nanosleep (local.get 0) (local.get 1) (local.get 2) (local.get 3)))
    (if (call $interrupted) (then (return (i32.const 27))))
    (local.get $result))

  ;; A read that got data keeps it; the signal is seen at the next instruction.
  (func (export "belljar_read") (param i32 i32 i32) (result i32) (local $result i32)
    (local.set $result (call $read (local.get 0) (local.get 1) (local.get 2)))
    (if (i32.lt_s (local.get $result) (i32.const 0))
      (then (drop (call $interrupted))))
    (local.get $result))

  ;; A blocking file takes all that it is given, but one write of libc's is one call to the host,
  ;; which takes some 64 KiB.
  (func (export "belljar_write") (param $fd i32) (param $data i32) (param $length i32) (result i32)
    (local $done i32) (local $result i32)
    (loop $more
      (local.set $result (call $write (local.get $fd)
        (i32.add (local.get $data) (local.get $done))
        (i32.sub (local.get $length) (local.get $done))))
      (if (i32.le_s (local.get $result) (i32.const 0))
        (then (return (select (local.get $done) (local.get $result) (local.get $done)))))
      (local.set $done (i32.add (local.get $done) (local.get $result)))
      (br_if $more (i32.lt_u (local.get $done) (local.get $length))))
    (local.get $done))

  ;; The host does not wait for nothing at all, so there is always a time: 24 days for ever.
  (func (export "belljar_poll") (param i32 i32 i32) (result i32) (local $result i32)
    (local.set $result (call $poll (local.get 0) (local.get 1)
      (i32.and (local.get 2) (i32.const 0x7fffffff))))
    (if (call $interrupted) (then (return (i32.const -1))))
    (local.get $result))

  (func (export "belljar_select") (param i32 i32 i32 i32 i32) (result i32) (local $result i32)
    (local.set $result (call $select (local.get 0) (local.get 1) (local.get 2) (local.get 3) (local.get 4)))
    (if (call $interrupted) (then (return (i32.const -1))))
    (local.get $result))

  (func (export "belljar_accept4") (param i32 i32 i32 i32) (result i32) (local $result i32)
    (local.set $result (call $accept4 (local.get 0) (local.get 1) (local.get 2) (local.get 3)))
    (if (i32.lt_s (local.get $result) (i32.const 0)) (then (drop (call $interrupted))))
    (local.get $result))

  (func (export "belljar_connect") (param i32 i32 i32) (result i32) (local $result i32)
    (local.set $result (call $connect (local.get 0) (local.get 1) (local.get 2)))
    (if (i32.lt_s (local.get $result) (i32.const 0)) (then (drop (call $interrupted))))
    (local.get $result))

  (func (export "belljar_recv") (param i32 i32 i32 i32) (result i32) (local $result i32)
    (local.set $result (call $recv (local.get 0) (local.get 1) (local.get 2) (local.get 3)))
    (if (i32.lt_s (local.get $result) (i32.const 0)) (then (drop (call $interrupted))))
    (local.get $result))

  (func (export "belljar_recvfrom") (param i32 i32 i32 i32 i32 i32) (result i32) (local $result i32)
    (local.set $result (call $recvfrom (local.get 0) (local.get 1) (local.get 2) (local.get 3) (local.get 4) (local.get 5)))
    (if (i32.lt_s (local.get $result) (i32.const 0)) (then (drop (call $interrupted))))
    (local.get $result))

  ;; Where the host puts what this library asks for.
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
    (call $allocate (local.get 0) (local.get 1) (local.get 2) (local.get 3)))

  ;; ---- the world's exports ------------------------------------------------------------------
  (func $complain (param $text i32)
    (drop (call $write (i32.const 2) (local.get $text) (call $strlen (local.get $text))))
    (drop (call $write (i32.const 2) (call $at (i32.const 864)) (i32.const 1))))

  ;; Adds one method to the module, its PyMethodDef being entry $i of the table.
  (func $define (param $module i32) (param $i i32) (param $name i32) (param $flags i32) (result i32)
    (local $def i32) (local $function i32)
    (local.set $def (call $at (i32.shl (local.get $i) (i32.const 4))))
    (i32.store (local.get $def) (call $at (local.get $name)))
    (i32.store offset=4 (local.get $def) (call $fn (local.get $i)))
    (i32.store offset=8 (local.get $def) (local.get $flags))
    (local.set $function (call $PyCFunction_NewEx (local.get $def) (local.get $module)
      (call $PyUnicode_FromString (call $at (i32.const 512)))))
    (if (i32.eqz (local.get $function)) (then (return (i32.const -1))))
    (call $PyObject_SetAttrString (local.get $module) (call $at (local.get $name)) (local.get $function)))

  (func $set_int (param $config i32) (param $name i32) (param $value i64) (result i32)
    (call $PyInitConfig_SetInt (local.get $config) (call $at (local.get $name)) (local.get $value)))

  (func $start_python (result i32) (local $config i32)
    (local.set $config (call $PyInitConfig_Create))
    (if (i32.eqz (local.get $config)) (then (return (i32.const -1))))
    (if (i32.or
          (call $PyInitConfig_SetStr (local.get $config) (call $at (i32.const 619)) (call $at (i32.const 624)))
        (i32.or
          (call $PyInitConfig_SetStr (local.get $config) (call $at (i32.const 629)) (call $at (i32.const 640)))
        ;; PyInitConfig starts from the isolated configuration; processes start from the usual one.
        (i32.or (call $set_int (local.get $config) (i32.const 657) (i64.const 0))
        (i32.or (call $set_int (local.get $config) (i32.const 666) (i64.const 1))
        (i32.or (call $set_int (local.get $config) (i32.const 682) (i64.const 1))
        (i32.or (call $set_int (local.get $config) (i32.const 702) (i64.const 0))
        (i32.or (call $set_int (local.get $config) (i32.const 712) (i64.const 1))
        (i32.or (call $set_int (local.get $config) (i32.const 736) (i64.const 1))
        (i32.or (call $set_int (local.get $config) (i32.const 748) (i64.const 1))
        (i32.or (call $set_int (local.get $config) (i32.const 765) (i64.const 0))
        (i32.or (call $set_int (local.get $config) (i32.const 780) (i64.const 0))
          (call $Py_InitializeFromInitConfig (local.get $config)))))))))))))
      (then
        (drop (call $PyInitConfig_GetError (local.get $config) (call $at (i32.const 272))))
        (call $complain (i32.load (call $at (i32.const 272))))
        (return (i32.const -1))))
    (call $PyInitConfig_Free (local.get $config))
    (i32.const 0))

  ;; Finds the word to watch: PyThreadState is {prev, next, interp, eval_breaker, ...}. Believed only
  ;; if queueing a pending call changes exactly one bit of it.
  (func $find_word (result i32) (local $word i32) (local $before i32) (local $mask i32)
    (local.set $word (i32.add (call $PyThreadState_Get) (i32.const 12)))
    (local.set $before (i32.load (local.get $word)))
    (drop (call $Py_AddPendingCall (call $fn (i32.const 5)) (i32.const 0)))
    (local.set $mask (i32.xor (i32.load (local.get $word)) (local.get $before)))
    (if (i32.ne (i32.popcnt (local.get $mask)) (i32.const 1))
      (then
        (call $PyErr_SetString (i32.load (global.get $RuntimeError)) (call $at (i32.const 800)))
        (return (i32.const -1))))
    (i32.store (call $at (i32.const 264)) (local.get $word))
    (i32.store (call $at (i32.const 268)) (local.get $mask))
    (call $clear)
    (i32.const 0))

  (func $start_belljar (result i32) (local $module i32)
    (local.set $module (call $PyImport_AddModule (call $at (i32.const 512))))
    (if (i32.eqz (local.get $module)) (then (return (i32.const -1))))
    (if (i32.or (call $define (local.get $module) (i32.const 0) (i32.const 563) (i32.const 4))
        (i32.or (call $define (local.get $module) (i32.const 1) (i32.const 568) (i32.const 4))
        (i32.or (call $define (local.get $module) (i32.const 2) (i32.const 580) (i32.const 8))
        (i32.or (call $define (local.get $module) (i32.const 3) (i32.const 585) (i32.const 128))
        (i32.or (call $define (local.get $module) (i32.const 4) (i32.const 596) (i32.const 128))
        (i32.or (call $define (local.get $module) (i32.const 7) (i32.const 605) (i32.const 8))
        (i32.or (call $define (local.get $module) (i32.const 8) (i32.const 613) (i32.const 8))
        (i32.or (call $define (local.get $module) (i32.const 9) (i32.const 874) (i32.const 8))
        (i32.or (call $define (local.get $module) (i32.const 10) (i32.const 886) (i32.const 8))
        (i32.or (call $define (local.get $module) (i32.const 11) (i32.const 890) (i32.const 4))
        (i32.or (call $define_processes (local.get $module))
                (call $define_permissions (local.get $module)))))))))))))
      (then (return (i32.const -1))))
    (local.set $module (call $PyImport_ImportModule (call $at (i32.const 526))))
    (if (i32.eqz (local.get $module)) (then (return (i32.const -1))))
    (i32.store (call $at (i32.const 256))
      (call $PyObject_GetAttrString (local.get $module) (call $at (i32.const 540))))
    (i32.store (call $at (i32.const 288))
      (call $PyObject_GetAttrString (local.get $module) (call $at (i32.const 546))))
    (i32.store (call $at (i32.const 260))
      (call $PyObject_GetAttrString (local.get $module) (call $at (i32.const 553))))
    (local.set $module (call $PyObject_GetAttrString (local.get $module) (call $at (i32.const 866))))
    (if (i32.eqz (local.get $module)) (then (return (i32.const -1))))
    (if (i32.eqz (call $PyObject_CallNoArgs (local.get $module))) (then (return (i32.const -1))))
    ;; Last, because CPython tests its queues again after every blocking call.
    (if (call $find_word) (then (return (i32.const -1))))
    (i32.eqz (i32.and
      (i32.ne (i32.load (call $at (i32.const 256))) (i32.const 0))
      (i32.ne (i32.load (call $at (i32.const 260))) (i32.const 0)))))

  (func (export "initialize") (result i32)
    (if (call $start_python) (then (return (i32.const 1))))
    (if (call $start_belljar) (then (call $PyErr_Print) (return (i32.const 2))))
    (drop (call $fflush (i32.const 0)))
    ;; Closes every descriptor; libc opens the standard ones and the root again when first used.
    (call $reset_preopens)
    (i32.const 0))

  (func (export "exec") (result i32) (local $plan i32) (local $result i32) (local $outcome i32)
    (local $interrupted i32)
    (call $initialize_environ)
    (call $go_live)
    (call $host_watch (i32.load (call $at (i32.const 264))) (i32.const 4) (i32.load (call $at (i32.const 268))))

    ;; The program is called from here, so that no frame of ours is below its own.
    (local.set $plan (call $PyObject_CallNoArgs (i32.load (call $at (i32.const 256)))))
    (if (local.get $plan)
      (then (local.set $result (call $PyObject_Call
        (call $PyTuple_GetItem (local.get $plan) (i32.const 0))
        (call $PyTuple_GetItem (local.get $plan) (i32.const 1))
        (i32.const 0)))))
    (call $decref (local.get $plan))

    (if (local.get $result)
      (then
        ;; A number is an exit status.
        (if (i32.eq (i32.load offset=4 (local.get $result)) (global.get $Long))
          (then (local.set $outcome (local.get $result)))
          (else
            (call $decref (local.get $result))
            (local.set $outcome (call $PyLong_FromLong (i32.const 0))))))
      (else
        (if (call $PyErr_ExceptionMatches (i32.load (global.get $SystemExit)))
          (then (local.set $outcome (call $PyErr_GetRaisedException)))
          (else
            (local.set $interrupted
              (call $PyErr_ExceptionMatches (i32.load (global.get $KeyboardInterrupt))))
            (call $PyErr_Print)
            (local.set $outcome (call $PyLong_FromLong
              (select (i32.const 130) (i32.const 1) (local.get $interrupted))))))))

    (local.set $result (call $PyObject_CallOneArg
      (i32.load (call $at (i32.const 288))) (local.get $outcome)))
    (if (i32.eqz (local.get $result)) (then (call $PyErr_Print) (return (i32.const 1))))
    ;; Whoever waits for this process is to see that Ctrl-C ended it.
    (if (local.get $interrupted) (then (call $kill_self (i32.const 2))))
    (call $PyLong_AsLong (local.get $result))))
