;; The shared library between `belljar:process` and CPython: processes, and open file descriptions as
;; file descriptors of libc.
;;
;; A description is put into libc's table of descriptors, with functions of ours: CPython and its
;; library read, write, poll and close it as they do with a file or a socket. What app/processes.py needs
;; besides are methods of the module _belljar_host: thin, with numbers and bytes for arguments. Those
;; that can fail return -errno.
;;
;; Written by hand so that rebuilding the guest needs no C compiler. Layouts of libc are those of the
;; wasi-libc that libc.so was built from: descriptor_table.h.
(module $processes
  (@dylink.0
    (mem-info (memory 4096 4) (table 32 0))
    (needed "libpython3.14.so")
    (needed "libc.so"))

  ;; ---- the host -----------------------------------------------------------------------------
  (import "belljar:process/signals@0.1.0" "set" (func $host_set_signal (param i32 i32) (result i32)))
  (import "belljar:process/descriptions@0.1.0" "[method]description.read" (func $host_read (param i32 i32 i32)))
  (import "belljar:process/descriptions@0.1.0" "[method]description.write" (func $host_write (param i32 i32 i32 i32)))
  (import "belljar:process/descriptions@0.1.0" "[method]description.subscribe" (func $host_subscribe (param i32) (result i32)))
  (import "belljar:process/descriptions@0.1.0" "[method]description.is-terminal" (func $host_is_terminal (param i32) (result i32)))
  (import "belljar:process/descriptions@0.1.0" "[resource-drop]description" (func $drop_description (param i32)))
  (import "belljar:process/descriptions@0.1.0" "inherited" (func $host_inherited (param i32 i32)))
  (import "belljar:process/descriptions@0.1.0" "pipe" (func $host_pipe (param i32)))
  (import "belljar:process/descriptions@0.1.0" "open" (func $host_open (param i32 i32 i32 i32 i32)))
  (import "belljar:process/descriptions@0.1.0" "bytes" (func $host_bytes (param i32 i32 i32)))
  (import "belljar:process/children@0.1.0" "[method]child.pid" (func $host_child_pid (param i32) (result i32)))
  (import "belljar:process/children@0.1.0" "[method]child.wait" (func $host_child_wait (param i32 i32)))
  (import "belljar:process/children@0.1.0" "[method]child.try-wait" (func $host_child_try_wait (param i32 i32)))
  (import "belljar:process/children@0.1.0" "[method]child.subscribe" (func $host_child_subscribe (param i32) (result i32)))
  (import "belljar:process/children@0.1.0" "[resource-drop]child" (func $drop_child (param i32)))
  (import "belljar:process/children@0.1.0" "spawn"
    (func $host_spawn (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)))
  (import "belljar:process/children@0.1.0" "kill" (func $host_kill (param i32 i32 i32)))
  (import "belljar:process/children@0.1.0" "pid" (func $host_pid (result i32)))
  (import "belljar:process/children@0.1.0" "parent" (func $host_parent (result i32)))
  (import "belljar:process/children@0.1.0" "group" (func $host_group (result i32)))
  (import "wasi:io/poll@0.2.0" "[method]pollable.ready" (func $host_ready (param i32) (result i32)))
  (import "wasi:io/poll@0.2.0" "[resource-drop]pollable" (func $drop_pollable (param i32)))

  ;; ---- the dynamic linker -------------------------------------------------------------------
  (import "env" "memory" (memory 0))
  (import "env" "__indirect_function_table" (table 0 funcref))
  (import "env" "__memory_base" (global $mem i32))
  (import "env" "__table_base" (global $tab i32))
  (import "GOT.mem" "_Py_NoneStruct" (global $None (mut i32)))

  ;; ---- permissions.wat ----------------------------------------------------------------------
  (import "env" "belljar_stat_of" (func $stat_of (param i32 i32) (result i32)))

  ;; ---- libc ---------------------------------------------------------------------------------
  (import "env" "__errno_location" (func $errno_location (result i32)))
  (import "env" "malloc" (func $malloc (param i32) (result i32)))
  (import "env" "realloc" (func $realloc (param i32 i32) (result i32)))
  (import "env" "free" (func $free (param i32)))
  (import "env" "strlen" (func $strlen (param i32) (result i32)))
  (import "env" "descriptor_table_insert" (func $table_insert (param i32) (result i32)))
  (import "env" "descriptor_table_get_ref" (func $table_get (param i32) (result i32)))
  (import "env" "__wasilibc_poll_add" (func $poll_add (param i32 i32 i32) (result i32)))

  ;; ---- CPython ------------------------------------------------------------------------------
  (import "env" "PyCFunction_NewEx" (func $PyCFunction_NewEx (param i32 i32 i32) (result i32)))
  (import "env" "PyObject_SetAttrString" (func $PyObject_SetAttrString (param i32 i32 i32) (result i32)))
  (import "env" "PyModule_GetNameObject" (func $PyModule_GetNameObject (param i32) (result i32)))
  (import "env" "PyBytes_AsString" (func $PyBytes_AsString (param i32) (result i32)))
  (import "env" "PyBytes_Size" (func $PyBytes_Size (param i32) (result i32)))
  (import "env" "PyLong_FromLong" (func $PyLong_FromLong (param i32) (result i32)))
  (import "env" "PyLong_FromUnsignedLong" (func $PyLong_FromUnsignedLong (param i32) (result i32)))
  (import "env" "PyLong_AsLong" (func $PyLong_AsLong (param i32) (result i32)))
  (import "env" "PyLong_AsUnsignedLong" (func $PyLong_AsUnsignedLong (param i32) (result i32)))
  (import "env" "PyTuple_New" (func $PyTuple_New (param i32) (result i32)))
  (import "env" "PyTuple_SetItem" (func $PyTuple_SetItem (param i32 i32 i32) (result i32)))
  (import "env" "PyUnicode_FromStringAndSize" (func $PyUnicode_FromStringAndSize (param i32 i32) (result i32)))

  ;; ---- static data --------------------------------------------------------------------------
  ;; Offsets from __memory_base. 0..511: method table (16 bytes each). Functions of descriptors, in
  ;; the order of libc's descriptor_vtable_t, 24 words each: 512 a description, 608 a child.
  ;;   704 result   area for results of the host, 128 bytes
  ;;   832 target   where the next allocation for the host goes instead of the heap, 0 = nowhere
  ;;   836 room     how large that is
  ;;   848 entry    argument of descriptor_table_insert
  (data (offset (i32.add (global.get $mem) (i32.const 1024)))
    ;; errno by `error-code` of wasi:filesystem
    "\02\06\07\08\0a\10\13\14\16\19\1a\1b\1c\1d\1f\20\22\23\25\2b\2c\2e\30\33\36\37\38\3a\3b\3c\3d\3f\40\45\46\4a\4b\00")
  ;; Names of the methods, in the order of their functions in the table.
  (data (offset (i32.add (global.get $mem) (i32.const 1088)))
    "pipe\00inherited\00describe\00content\00spawn\00child_pid\00child_wait\00child_try_wait\00"
    "child_descriptor\00child_drop\00kill\00pid\00parent\00group\00set_signal\00is_description\00\00")
  ;; How each is called: \80 with an array of arguments, \04 without any, \08 with one.
  (data (offset (i32.add (global.get $mem) (i32.const 1344)))
    "\04\08\80\08\80\08\08\08\08\08\80\04\04\04\80\08")

  ;; Functions whose addresses C sees: table index from __table_base. The methods come first.
  (elem (offset (global.get $tab)) func
    $pipe $inherited $describe $content $spawn $child_pid $child_wait $child_try_wait
    $child_descriptor $child_drop $kill $pid $parent $group $set_signal $is_description
    ;; 16
    $close_description $set_blocking $fstat_description $not_seekable $nothing_to_close
    $get_flags $set_flags $is_terminal $receive $send $poll_description
    ;; 27
    $close_child $fstat_child $poll_child)

  (func $at (param i32) (result i32) (i32.add (global.get $mem) (local.get 0)))
  (func $fn (param i32) (result i32) (i32.add (global.get $tab) (local.get 0)))

  ;; Sets errno and returns -1, as functions of libc fail.
  (func $fail (param $errno i32) (result i32)
    (i32.store (call $errno_location) (local.get $errno))
    (i32.const -1))

  ;; The errno of an error-code.
  (func $errno (export "belljar_errno") (param $code i32) (result i32)
    (i32.load8_u (i32.add (call $at (i32.const 1024)) (local.get $code))))

  ;; Where the host puts what this component asks for. malloc's alignment is enough for all of it.
  (func (export "cabi_realloc") (export "belljar_allocate")
    (param $old i32) (param $old_size i32) (param $align i32) (param $size i32)
    (result i32)
    (local $new i32)
    (if (i32.eqz (local.get $size)) (then (return (local.get $align))))
    (local.set $new (i32.load (call $at (i32.const 832))))
    (if (i32.and
          (i32.ne (local.get $new) (i32.const 0))
          (i32.le_u (local.get $size) (i32.load (call $at (i32.const 836)))))
      (then
        (i32.store (call $at (i32.const 832)) (i32.const 0))
        (return (local.get $new))))
    (local.set $new (call $realloc (local.get $old) (local.get $size)))
    (if (i32.eqz (local.get $new)) (then (unreachable)))
    (local.get $new))

  ;; ---- descriptions as descriptors of libc ------------------------------------------------------
  ;; struct { handle; pollable or 0; whether it does not wait; type bits; open flags as for fcntl }
  (func $insert (param $handle i32) (param $type i32) (param $flags i32) (result i32) (local $data i32)
    (local.set $data (call $malloc (i32.const 20)))
    (if (i32.eqz (local.get $data))
      (then
        (call $drop_description (local.get $handle))
        (return (call $fail (i32.const 48)))))
    (i32.store (local.get $data) (local.get $handle))
    (i32.store offset=4 (local.get $data) (i32.const 0))
    (i32.store offset=8 (local.get $data) (i32.const 0))
    (i32.store offset=12 (local.get $data) (local.get $type))
    (i32.store offset=16 (local.get $data) (local.get $flags))
    (call $enter (local.get $data) (call $at (i32.const 512))))

  (func $enter (param $data i32) (param $functions i32) (result i32)
    (i32.store (call $at (i32.const 848)) (local.get $data))
    (i32.store (call $at (i32.const 852)) (local.get $functions))
    (call $table_insert (call $at (i32.const 848))))

  ;; Like $insert, as a method returns it.
  (func $inserted (param $handle i32) (param $type i32) (param $flags i32) (result i32) (local $fd i32)
    (local.set $fd (call $insert (local.get $handle) (local.get $type) (local.get $flags)))
    (if (i32.lt_s (local.get $fd) (i32.const 0))
      (then (return (call $PyLong_FromLong (i32.sub (i32.const 0) (i32.load (call $errno_location)))))))
    (call $PyLong_FromLong (local.get $fd)))

  (func $close_description (param $data i32)
    (if (i32.load offset=4 (local.get $data))
      (then (call $drop_pollable (i32.load offset=4 (local.get $data)))))
    (call $drop_description (i32.load (local.get $data)))
    (call $free (local.get $data)))

  (func $pollable (param $data i32) (result i32)
    (if (i32.eqz (i32.load offset=4 (local.get $data)))
      (then (i32.store offset=4 (local.get $data) (call $host_subscribe (i32.load (local.get $data))))))
    (i32.load offset=4 (local.get $data)))

  (func $would_wait (param $data i32) (result i32)
    (if (i32.eqz (i32.load offset=8 (local.get $data))) (then (return (i32.const 0))))
    (i32.eqz (call $host_ready (call $pollable (local.get $data)))))

  (func $set_blocking (param $data i32) (param $blocking i32) (result i32)
    (i32.store offset=8 (local.get $data) (i32.eqz (local.get $blocking)))
    (i32.const 0))

  (func $get_flags (param $data i32) (result i32)
    (i32.or (i32.load offset=16 (local.get $data))
      (i32.shl (i32.load offset=8 (local.get $data)) (i32.const 2)))) ;; O_NONBLOCK = 4

  (func $set_flags (param $data i32) (param $flags i32) (result i32)
    (call $set_blocking (local.get $data) (i32.eqz (i32.and (local.get $flags) (i32.const 4)))))

  (func $not_seekable (param $data i32) (param $offset i64) (param $whence i32) (result i64)
    (i64.extend_i32_s (call $fail (i32.const 70)))) ;; ESPIPE

  (func $nothing_to_close (param $data i32))

  (func $is_terminal (param $data i32) (result i32)
    (if (call $host_is_terminal (i32.load (local.get $data))) (then (return (i32.const 1))))
    (drop (call $fail (i32.const 59))) ;; ENOTTY
    (i32.const 0))

  ;; recvfrom, which libc's read calls. What is read goes straight to its place.
  (func $receive (param $data i32) (param $to i32) (param $max i32) (param i32 i32 i32) (result i32)
    (if (call $would_wait (local.get $data)) (then (return (call $fail (i32.const 6)))))
    (i32.store (call $at (i32.const 836)) (local.get $max))
    (i32.store (call $at (i32.const 832)) (local.get $to))
    (call $host_read (i32.load (local.get $data)) (local.get $max) (call $at (i32.const 704)))
    (i32.store (call $at (i32.const 832)) (i32.const 0))
    (if (i32.load8_u (call $at (i32.const 704)))
      (then (return (call $fail (call $errno (i32.load8_u (call $at (i32.const 708))))))))
    (i32.load (call $at (i32.const 712))))

  ;; sendto, which libc's write calls. One that does not wait writes no more than PIPE_BUF.
  (func $send (param $data i32) (param $from i32) (param $length i32) (param i32 i32 i32) (result i32)
    (local $written i32)
    (if (call $would_wait (local.get $data)) (then (return (call $fail (i32.const 6)))))
    (if (i32.and
          (i32.load offset=8 (local.get $data))
          (i32.gt_u (local.get $length) (i32.const 4096)))
      (then (local.set $length (i32.const 4096))))
    (call $host_write (i32.load (local.get $data)) (local.get $from) (local.get $length) (call $at (i32.const 704)))
    (if (i32.load8_u (call $at (i32.const 704)))
      (then (return (call $fail (call $errno (i32.load8_u (call $at (i32.const 708))))))))
    (local.set $written (i32.load (call $at (i32.const 708))))
    (if (i32.and (i32.eqz (local.get $written)) (i32.ne (local.get $length) (i32.const 0)))
      (then (return (call $fail (i32.const 27))))) ;; EINTR
    (local.get $written))

  ;; POLLRDNORM is 1, POLLWRNORM is 2; O_RDONLY and O_WRONLY say which a description can be ready for.
  (func $poll_description (param $data i32) (param $state i32) (param $events i32) (result i32)
    (if (i32.and
          (i32.ne (i32.and (local.get $events) (i32.const 1)) (i32.const 0))
          (i32.ne (i32.and (i32.load offset=16 (local.get $data)) (i32.const 0x04000000)) (i32.const 0)))
      (then (if (i32.lt_s
              (call $poll_add (local.get $state) (i32.const 1) (call $pollable (local.get $data)))
              (i32.const 0))
        (then (return (i32.const -1))))))
    (if (i32.and
          (i32.ne (i32.and (local.get $events) (i32.const 2)) (i32.const 0))
          (i32.ne (i32.and (i32.load offset=16 (local.get $data)) (i32.const 0x10000000)) (i32.const 0)))
      (then (return (call $poll_add (local.get $state) (i32.const 2) (call $pollable (local.get $data))))))
    (i32.const 0))

  ;; struct stat of something that is no file.
  (func $fstat_description (param $data i32) (param $stat i32) (result i32)
    (drop (call $stat_of (i32.load offset=12 (local.get $data)) (local.get $stat)))
    ;; Tells one pipe from another.
    (i64.store offset=8 (local.get $stat) (i64.extend_i32_u (local.get $data)))
    (i32.const 0))

  ;; The handle of a description that is a descriptor, else 0.
  (func $handle_of (param $fd i32) (result i32) (local $entry i32)
    (local.set $entry (call $table_get (local.get $fd)))
    (if (i32.eqz (local.get $entry)) (then (return (i32.const 0))))
    (if (i32.ne (i32.load offset=4 (local.get $entry)) (call $at (i32.const 512)))
      (then (return (i32.const 0))))
    (i32.load (i32.load (local.get $entry))))

  ;; ---- children ---------------------------------------------------------------------------------
  ;; struct { handle; how many hold it }: Python until it has learned of the end, and descriptors.
  (func $let_go (param $child i32)
    (i32.store offset=4 (local.get $child) (i32.sub (i32.load offset=4 (local.get $child)) (i32.const 1)))
    (if (i32.eqz (i32.load offset=4 (local.get $child)))
      (then
        (call $drop_child (i32.load (local.get $child)))
        (call $free (local.get $child)))))

  ;; A descriptor of a child: struct { child; pollable }
  (func $close_child (param $data i32)
    (call $drop_pollable (i32.load offset=4 (local.get $data)))
    (call $let_go (i32.load (local.get $data)))
    (call $free (local.get $data)))

  (func $fstat_child (param $data i32) (param $stat i32) (result i32)
    (call $stat_of (i32.const 0x180) (local.get $stat)))

  (func $poll_child (param $data i32) (param $state i32) (param $events i32) (result i32)
    (if (i32.eqz (i32.and (local.get $events) (i32.const 1))) (then (return (i32.const 0))))
    (call $poll_add (local.get $state) (i32.const 1) (i32.load offset=4 (local.get $data))))

  ;; ---- for Python -------------------------------------------------------------------------------
  (func $int (param $args i32) (param $i i32) (result i32)
    (call $PyLong_AsLong (i32.load (i32.add (local.get $args) (i32.shl (local.get $i) (i32.const 2))))))

  (func $bytes (param $args i32) (param $i i32) (result i32)
    (call $PyBytes_AsString (i32.load (i32.add (local.get $args) (i32.shl (local.get $i) (i32.const 2))))))

  ;; -errno of the error-code in the result area at this offset.
  (func $error (param $offset i32) (result i32)
    (call $PyLong_FromLong (i32.sub (i32.const 0)
      (call $errno (i32.load8_u (i32.add (call $at (i32.const 704)) (local.get $offset)))))))

  ;; The string in the result area at this offset, as str. It came from $realloc.
  (func $text (param $offset i32) (result i32) (local $area i32) (local $text i32)
    (local.set $area (i32.add (call $at (i32.const 704)) (local.get $offset)))
    (local.set $text (call $PyUnicode_FromStringAndSize
      (i32.load (local.get $area)) (i32.load offset=4 (local.get $area))))
    (if (i32.load offset=4 (local.get $area)) (then (call $free (i32.load (local.get $area)))))
    (local.get $text))

  (func $pair (param $first i32) (param $second i32) (result i32) (local $pair i32)
    (local.set $pair (call $PyTuple_New (i32.const 2)))
    (if (i32.eqz (local.get $pair)) (then (return (i32.const 0))))
    (drop (call $PyTuple_SetItem (local.get $pair) (i32.const 0) (local.get $first)))
    (drop (call $PyTuple_SetItem (local.get $pair) (i32.const 1) (local.get $second)))
    (local.get $pair))

  ;; pipe() -> (reading descriptor, writing descriptor)
  (func $pipe (param $self i32) (param $args i32) (result i32) (local $reader i32) (local $writer i32)
    (call $host_pipe (call $at (i32.const 704)))
    (if (i32.load8_u (call $at (i32.const 704))) (then (return (call $error (i32.const 4)))))
    (local.set $writer (i32.load (call $at (i32.const 712))))
    (local.set $reader (call $inserted (i32.load (call $at (i32.const 708)))
      (i32.const 0x1180) (i32.const 0x04000000)))
    (call $pair (local.get $reader) (call $inserted (local.get $writer)
      (i32.const 0x1180) (i32.const 0x10000000))))

  ;; inherited(number) -> descriptor
  (func $inherited (param $self i32) (param $number i32) (result i32)
    (local.set $number (call $PyLong_AsLong (local.get $number)))
    (call $host_inherited (local.get $number) (call $at (i32.const 704)))
    (if (i32.eqz (i32.load8_u (call $at (i32.const 704))))
      (then (return (call $PyLong_FromLong (i32.const -8))))) ;; EBADF
    (call $inserted (i32.load (call $at (i32.const 708))) (i32.const 0x1180)
      (select (i32.const 0x10000000) (i32.const 0x04000000) (local.get $number))))

  ;; describe(path, how, mode) -> descriptor; `how` has the bits of open-flags
  (func $describe (param $self i32) (param $args i32) (param $count i32) (result i32)
    (local $how i32)
    (local.set $how (call $int (local.get $args) (i32.const 1)))
    (call $host_open
      (call $bytes (local.get $args) (i32.const 0)) (call $PyBytes_Size (i32.load (local.get $args)))
      (local.get $how)
      (call $int (local.get $args) (i32.const 2))
      (call $at (i32.const 704)))
    (if (i32.load8_u (call $at (i32.const 704))) (then (return (call $error (i32.const 4)))))
    (call $inserted (i32.load (call $at (i32.const 708))) (i32.const 0x8180)
      (i32.or
        (i32.shl (i32.and (local.get $how) (i32.const 1)) (i32.const 26))
        (i32.shl (i32.and (local.get $how) (i32.const 2)) (i32.const 27)))))

  ;; content(bytes) -> descriptor of something that gives them and then its end
  (func $content (param $self i32) (param $bytes i32) (result i32)
    (call $host_bytes
      (call $PyBytes_AsString (local.get $bytes)) (call $PyBytes_Size (local.get $bytes))
      (call $at (i32.const 704)))
    (if (i32.load8_u (call $at (i32.const 704))) (then (return (call $error (i32.const 4)))))
    (call $inserted (i32.load (call $at (i32.const 708))) (i32.const 0x1180) (i32.const 0x04000000)))

  ;; spawn(text, strings, argc, envc, descriptors, count, new_group, umask) -> child, or (why, words)
  ;;
  ;; `text` holds all strings, `strings` a pair (offset, length) for each: program, cwd, then argv,
  ;; then two for each variable. `descriptors` has pairs (number, descriptor). Both lists have the
  ;; layout that the host expects and were made for this call: they are completed where they are.
  (func $spawn (param $self i32) (param $args i32) (param $count i32) (result i32)
    (local $text i32) (local $strings i32) (local $pairs i32) (local $pair i32) (local $left i32)
    (local $argc i32) (local $envc i32) (local $child i32)
    (local.set $text (call $bytes (local.get $args) (i32.const 0)))
    (local.set $strings (call $bytes (local.get $args) (i32.const 1)))
    (local.set $argc (call $int (local.get $args) (i32.const 2)))
    (local.set $envc (call $int (local.get $args) (i32.const 3)))
    (local.set $pairs (call $bytes (local.get $args) (i32.const 4)))
    (local.set $pair (local.get $strings))
    (local.set $left (i32.add (i32.const 2) (i32.add (local.get $argc) (i32.shl (local.get $envc) (i32.const 1)))))
    (loop $next
      (i32.store (local.get $pair) (i32.add (i32.load (local.get $pair)) (local.get $text)))
      (local.set $pair (i32.add (local.get $pair) (i32.const 8)))
      (local.set $left (i32.sub (local.get $left) (i32.const 1)))
      (br_if $next (local.get $left)))
    (local.set $left (call $int (local.get $args) (i32.const 5)))
    (local.set $pair (local.get $pairs))
    (block $done (loop $next
      (br_if $done (i32.eqz (local.get $left)))
      (i32.store offset=4 (local.get $pair) (call $handle_of (i32.load offset=4 (local.get $pair))))
      (local.set $pair (i32.add (local.get $pair) (i32.const 8)))
      (local.set $left (i32.sub (local.get $left) (i32.const 1)))
      (br $next)))
    (local.set $child (call $malloc (i32.const 8)))
    (if (i32.eqz (local.get $child))
      (then (return (call $pair (call $PyLong_FromLong (i32.const 5)) (global.get $None)))))
    (call $host_spawn
      (i32.load (local.get $strings)) (i32.load offset=4 (local.get $strings))
      (i32.add (local.get $strings) (i32.const 16)) (local.get $argc)
      (i32.add (i32.add (local.get $strings) (i32.const 16)) (i32.shl (local.get $argc) (i32.const 3)))
      (local.get $envc)
      (i32.load offset=8 (local.get $strings)) (i32.load offset=12 (local.get $strings))
      (local.get $pairs) (call $int (local.get $args) (i32.const 5))
      (call $int (local.get $args) (i32.const 6))
      (call $int (local.get $args) (i32.const 7))
      (call $at (i32.const 704)))
    (if (i32.eqz (i32.load8_u (call $at (i32.const 704))))
      (then
        (i32.store (local.get $child) (i32.load (call $at (i32.const 708))))
        (i32.store offset=4 (local.get $child) (i32.const 1))
        (return (call $PyLong_FromUnsignedLong (local.get $child)))))
    (call $free (local.get $child))
    ;; not-executable, limit and invalid come with words.
    (local.set $left (i32.load8_u (call $at (i32.const 708))))
    (call $pair (call $PyLong_FromLong (local.get $left))
      (if (result i32) (i32.and (i32.shr_u (i32.const 0x52) (local.get $left)) (i32.const 1))
        (then (call $text (i32.const 8)))
        (else (global.get $None)))))

  (func $child (param $number i32) (result i32) (call $PyLong_AsUnsignedLong (local.get $number)))

  (func $child_pid (param $self i32) (param $child i32) (result i32)
    (call $PyLong_FromLong (call $host_child_pid (i32.load (call $child (local.get $child))))))

  ;; The end in the result area as a wait status, or None.
  (func $end (result i32) (local $area i32) (local $value i32)
    (local.set $area (call $at (i32.const 704)))
    (if (i32.eqz (i32.load8_u (local.get $area))) (then (return (global.get $None))))
    (local.set $value (i32.load8_u offset=2 (local.get $area)))
    (call $PyLong_FromLong (select
      (local.get $value) (i32.shl (local.get $value) (i32.const 8))
      (i32.load8_u offset=1 (local.get $area)))))

  ;; child_wait(child) -> wait status, or None if a signal is pending
  (func $child_wait (param $self i32) (param $child i32) (result i32)
    (call $host_child_wait (i32.load (call $child (local.get $child))) (call $at (i32.const 704)))
    (call $end))

  (func $child_try_wait (param $self i32) (param $child i32) (result i32)
    (call $host_child_try_wait (i32.load (call $child (local.get $child))) (call $at (i32.const 704)))
    (call $end))

  ;; child_descriptor(child) -> a descriptor that is ready to be read when the child has ended
  (func $child_descriptor (param $self i32) (param $child i32) (result i32) (local $data i32) (local $fd i32)
    (local.set $child (call $child (local.get $child)))
    (local.set $data (call $malloc (i32.const 8)))
    (if (i32.eqz (local.get $data)) (then (return (call $PyLong_FromLong (i32.const -48)))))
    (i32.store (local.get $data) (local.get $child))
    (i32.store offset=4 (local.get $data) (call $host_child_subscribe (i32.load (local.get $child))))
    (i32.store offset=4 (local.get $child) (i32.add (i32.load offset=4 (local.get $child)) (i32.const 1)))
    (local.set $fd (call $enter (local.get $data) (call $at (i32.const 608))))
    (if (i32.lt_s (local.get $fd) (i32.const 0)) (then (local.set $fd (i32.const -48))))
    (call $PyLong_FromLong (local.get $fd)))

  ;; child_drop(child): it is not to be used any more
  (func $child_drop (param $self i32) (param $child i32) (result i32)
    (call $let_go (call $child (local.get $child)))
    (global.get $None))

  ;; kill(pid, signal) -> 0, 1 = no such process, 2 = no such signal
  (func $kill (param $self i32) (param $args i32) (param $count i32) (result i32)
    (call $host_kill
      (call $int (local.get $args) (i32.const 0)) (call $int (local.get $args) (i32.const 1))
      (call $at (i32.const 704)))
    (if (i32.eqz (i32.load8_u (call $at (i32.const 704))))
      (then (return (call $PyLong_FromLong (i32.const 0)))))
    (call $PyLong_FromLong (i32.add (i32.load8_u (call $at (i32.const 705))) (i32.const 1))))

  (func $pid (param i32 i32) (result i32) (call $PyLong_FromUnsignedLong (call $host_pid)))
  (func $parent (param i32 i32) (result i32) (call $PyLong_FromUnsignedLong (call $host_parent)))
  (func $group (param i32 i32) (result i32) (call $PyLong_FromUnsignedLong (call $host_group)))

  ;; set_signal(signal, action) -> what it did before: 0 default, 1 ignore, 2 catch
  (func $set_signal (param $self i32) (param $args i32) (param $count i32) (result i32)
    (call $PyLong_FromLong (call $host_set_signal
      (call $int (local.get $args) (i32.const 0)) (call $int (local.get $args) (i32.const 1)))))

  (func $is_description (param $self i32) (param $fd i32) (result i32)
    (call $PyLong_FromLong
      (i32.ne (call $handle_of (call $PyLong_AsLong (local.get $fd))) (i32.const 0))))

  ;; Adds methods to a module: their names one after the other up to an empty one, how each is called,
  ;; the address of the first and, a table index each, of the others after it; PyMethodDefs go to `defs`.
  (func $define (export "belljar_define_methods")
    (param $module i32) (param $name i32) (param $kinds i32) (param $first i32) (param $defs i32)
    (result i32)
    (local $function i32)
    (loop $next
      (i32.store (local.get $defs) (local.get $name))
      (i32.store offset=4 (local.get $defs) (local.get $first))
      (i32.store offset=8 (local.get $defs) (i32.load8_u (local.get $kinds)))
      (local.set $function (call $PyCFunction_NewEx (local.get $defs) (local.get $module)
        (call $PyModule_GetNameObject (local.get $module))))
      (if (i32.eqz (local.get $function)) (then (return (i32.const -1))))
      (if (call $PyObject_SetAttrString (local.get $module) (local.get $name) (local.get $function))
        (then (return (i32.const -1))))
      (local.set $name (i32.add (i32.add (local.get $name) (call $strlen (local.get $name))) (i32.const 1)))
      (local.set $kinds (i32.add (local.get $kinds) (i32.const 1)))
      (local.set $first (i32.add (local.get $first) (i32.const 1)))
      (local.set $defs (i32.add (local.get $defs) (i32.const 16)))
      (br_if $next (i32.load8_u (local.get $name))))
    (i32.const 0))

  ;; Called by glue.wat, once.
  (func (export "belljar_define_processes") (param $module i32) (result i32)
    (call $slot (i32.const 512) (i32.const 0) (i32.const 16))  ;; free
    (call $slot (i32.const 512) (i32.const 3) (i32.const 17))  ;; set_blocking
    (call $slot (i32.const 512) (i32.const 4) (i32.const 18))  ;; fstat
    (call $slot (i32.const 512) (i32.const 6) (i32.const 19))  ;; seek
    (call $slot (i32.const 512) (i32.const 7) (i32.const 20))  ;; close_streams
    (call $slot (i32.const 512) (i32.const 8) (i32.const 21))  ;; fcntl_getfl
    (call $slot (i32.const 512) (i32.const 9) (i32.const 22))  ;; fcntl_setfl
    (call $slot (i32.const 512) (i32.const 10) (i32.const 23)) ;; isatty
    (call $slot (i32.const 512) (i32.const 17) (i32.const 24)) ;; recvfrom
    (call $slot (i32.const 512) (i32.const 18) (i32.const 25)) ;; sendto
    (call $slot (i32.const 512) (i32.const 22) (i32.const 26)) ;; poll_register
    (call $slot (i32.const 608) (i32.const 0) (i32.const 27))
    (call $slot (i32.const 608) (i32.const 4) (i32.const 28))
    (call $slot (i32.const 608) (i32.const 7) (i32.const 20))
    (call $slot (i32.const 608) (i32.const 22) (i32.const 29))
    (call $define (local.get $module) (call $at (i32.const 1088)) (call $at (i32.const 1344))
      (call $fn (i32.const 0)) (call $at (i32.const 0))))

  (func $slot (param $functions i32) (param $slot i32) (param $index i32)
    (i32.store
      (i32.add (call $at (local.get $functions)) (i32.shl (local.get $slot) (i32.const 2)))
      (call $fn (local.get $index)))))
