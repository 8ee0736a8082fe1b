;; The shared library between `belljar:posix` and CPython: permission bits and identity, as methods of
;; the module _belljar_host and as those functions of libc that know nothing of either (see
;; src/interpose.rs: libpython's imports of them are renamed). Methods that can fail return -errno.
;;
;; Written by hand so that rebuilding the guest needs no C compiler. Layouts of libc are those of the
;; wasi-libc that libc.so was built from: __struct_stat.h, utsname.h.
(module $permissions
  (@dylink.0
    (mem-info (memory 4096 4) (table 16 0))
    (needed "libpython3.14.so")
    (needed "libc.so"))

  ;; ---- the host -----------------------------------------------------------------------------
  (import "belljar:process/children@0.1.0" "pid" (func $host_pid (result i32)))
  (import "belljar:posix/files@0.1.0" "stat" (func $host_stat (param i32 i32 i32 i32)))
  (import "belljar:posix/files@0.1.0" "chmod" (func $host_chmod (param i32 i32 i32 i32)))
  (import "belljar:posix/files@0.1.0" "access" (func $host_access (param i32 i32 i32 i32)))
  (import "belljar:posix/files@0.1.0" "umask" (func $host_umask (result i32)))
  (import "belljar:posix/files@0.1.0" "set-umask" (func $host_set_umask (param i32) (result i32)))
  (import "belljar:posix/files@0.1.0" "filesystem-of" (func $host_filesystem_of (param i32 i32 i32)))
  (import "belljar:posix/identity@0.1.0" "user-name" (func $host_user_name (param i32)))
  (import "belljar:posix/identity@0.1.0" "uid" (func $host_uid (result i32)))
  (import "belljar:posix/identity@0.1.0" "gid" (func $host_gid (result i32)))
  (import "belljar:posix/identity@0.1.0" "hostname" (func $host_hostname (param i32)))
  (import "belljar:posix/identity@0.1.0" "terminal-size" (func $host_terminal_size (param i32)))
  (import "belljar:posix/identity@0.1.0" "processors" (func $host_processors (result i32)))

  ;; ---- the dynamic linker -------------------------------------------------------------------
  (import "env" "memory" (memory 0))
  (import "env" "__indirect_function_table" (table 0 funcref))
  (import "env" "__memory_base" (global $mem i32))
  (import "env" "__table_base" (global $tab i32))
  (import "GOT.mem" "_Py_NoneStruct" (global $None (mut i32)))
  (import "GOT.mem" "__wasilibc_cwd" (global $cwd (mut i32)))

  ;; ---- processes.wat ------------------------------------------------------------------------
  (import "env" "belljar_define_methods" (func $define (param i32 i32 i32 i32 i32) (result i32)))
  (import "env" "belljar_allocate" (func $allocate (param i32 i32 i32 i32) (result i32)))
  (import "env" "belljar_errno" (func $errno (param i32) (result i32)))

  ;; ---- libc ---------------------------------------------------------------------------------
  (import "env" "__errno_location" (func $errno_location (result i32)))
  (import "env" "malloc" (func $malloc (param i32) (result i32)))
  (import "env" "realloc" (func $realloc (param i32 i32) (result i32)))
  (import "env" "free" (func $free (param i32)))
  (import "env" "strlen" (func $strlen (param i32) (result i32)))
  (import "env" "wasi_string_from_c" (func $wasi_string_from_c (param i32 i32) (result i32)))
  (import "env" "stat" (func $stat (param i32 i32) (result i32)))
  (import "env" "lstat" (func $lstat (param i32 i32) (result i32)))
  (import "env" "access" (func $access (param i32 i32) (result i32)))
  (import "env" "gethostname" (func $gethostname (param i32 i32) (result i32)))
  (import "env" "open" (func $open (param i32 i32 i32) (result i32)))
  (import "env" "mkdir" (func $mkdir (param i32 i32) (result i32)))
  (import "env" "fstat" (func $fstat (param i32 i32) (result i32)))
  (import "env" "fstatat" (func $fstatat (param i32 i32 i32 i32) (result i32)))
  (import "env" "faccessat" (func $faccessat (param i32 i32 i32 i32) (result i32)))
  (import "env" "fcntl" (func $fcntl (param i32 i32 i32) (result i32)))
  (import "env" "isatty" (func $isatty (param i32) (result i32)))
  (import "env" "uname" (func $uname (param i32) (result i32)))
  (import "env" "strdup" (func $strdup (param i32) (result i32)))

  ;; ---- CPython ------------------------------------------------------------------------------
  (import "env" "PyBytes_AsString" (func $PyBytes_AsString (param i32) (result i32)))
  (import "env" "PyBytes_Size" (func $PyBytes_Size (param i32) (result i32)))
  (import "env" "PyBytes_FromStringAndSize" (func $PyBytes_FromStringAndSize (param i32 i32) (result i32)))
  (import "env" "PyLong_FromLong" (func $PyLong_FromLong (param i32) (result i32)))
  (import "env" "PyLong_FromUnsignedLong" (func $PyLong_FromUnsignedLong (param i32) (result i32)))
  (import "env" "PyLong_AsLong" (func $PyLong_AsLong (param i32) (result i32)))
  (import "env" "PyUnicode_FromStringAndSize" (func $PyUnicode_FromStringAndSize (param i32 i32) (result i32)))

  ;; ---- static data --------------------------------------------------------------------------
  ;; Offsets from __memory_base. 0..255: method table (16 bytes each).
  ;;   704 result   area for results of the host, 128 bytes
  ;;   840 paths    char*[]: the absolute path each descriptor of libc was opened with
  ;;   844 count    how many
  ;;   848 string   result of wasi_string_from_c, and argument of fcntl
  ;;   856 live     whether this is a process: while the image is made, the host knows of none of this
  ;; Names of the methods, in the order of their functions in the table.
  (data (offset (i32.add (global.get $mem) (i32.const 1088)))
    "chmod\00umask\00set_umask\00filesystem\00user_name\00uid\00gid\00hostname\00terminal_size\00"
    "processors\00path_of\00flags_of\00append\00\00")
  ;; How each is called: \80 with an array of arguments, \04 without any, \08 with one.
  (data (offset (i32.add (global.get $mem) (i32.const 1344)))
    "\80\04\08\08\04\04\04\04\04\04\08\08\08")

  (elem (offset (global.get $tab)) func
    $chmod $umask $set_umask $filesystem $user_name $uid $gid $hostname $terminal_size
    $processors $path_of $flags_of $append)

  (func $at (param i32) (result i32) (i32.add (global.get $mem) (local.get 0)))

  ;; Sets errno and returns -1, as functions of libc fail.
  (func $fail (param $errno i32) (result i32)
    (i32.store (call $errno_location) (local.get $errno))
    (i32.const -1))

  ;; Where the host puts what this library asks for.
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
    (call $allocate (local.get 0) (local.get 1) (local.get 2) (local.get 3)))

  ;; ---- for Python -------------------------------------------------------------------------------
  ;; Called by glue.wat, once.
  (func (export "belljar_define_permissions") (param $module i32) (result i32)
    (call $define (local.get $module) (call $at (i32.const 1088)) (call $at (i32.const 1344))
      (global.get $tab) (call $at (i32.const 0))))

  ;; Called by glue.wat at the start of a process.
  (func (export "belljar_go_live") (i32.store (call $at (i32.const 856)) (i32.const 1)))
  (func $live (result i32) (i32.load (call $at (i32.const 856))))

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

  ;; chmod(path, mode) -> 0
  (func $chmod (param $self i32) (param $args i32) (param $count i32) (result i32)
    (call $host_chmod
      (call $PyBytes_AsString (i32.load (local.get $args))) (call $PyBytes_Size (i32.load (local.get $args)))
      (call $PyLong_AsLong (i32.load offset=4 (local.get $args)))
      (call $at (i32.const 704)))
    (if (i32.load8_u (call $at (i32.const 704))) (then (return (call $error (i32.const 1)))))
    (call $PyLong_FromLong (i32.const 0)))

  (func $set_umask (param $self i32) (param $mask i32) (result i32)
    (call $PyLong_FromUnsignedLong (call $host_set_umask (call $PyLong_AsLong (local.get $mask)))))

  ;; filesystem(path) -> five numbers of 64 bits
  (func $filesystem (param $self i32) (param $path i32) (result i32)
    (call $host_filesystem_of
      (call $PyBytes_AsString (local.get $path)) (call $PyBytes_Size (local.get $path))
      (call $at (i32.const 704)))
    (if (i32.load8_u (call $at (i32.const 704))) (then (return (call $error (i32.const 8)))))
    (call $PyBytes_FromStringAndSize (call $at (i32.const 712)) (i32.const 40)))

  (func $user_name (param i32 i32) (result i32)
    (call $host_user_name (call $at (i32.const 704)))
    (call $text (i32.const 0)))

  (func $hostname (param i32 i32) (result i32)
    (call $host_hostname (call $at (i32.const 704)))
    (call $text (i32.const 0)))

  ;; terminal_size() -> columns + rows * 65536, 0 without a terminal
  (func $terminal_size (param i32 i32) (result i32)
    (call $host_terminal_size (call $at (i32.const 704)))
    (if (i32.eqz (i32.load8_u (call $at (i32.const 704))))
      (then (return (call $PyLong_FromLong (i32.const 0)))))
    (call $PyLong_FromUnsignedLong (i32.load offset=2 align=2 (call $at (i32.const 704)))))

  ;; path_of(descriptor) -> the path it was opened with, or None
  (func $path_of (param $self i32) (param $fd i32) (result i32) (local $path i32)
    (local.set $path (call $path (call $PyLong_AsLong (local.get $fd))))
    (if (i32.eqz (local.get $path)) (then (return (global.get $None))))
    (call $PyBytes_FromStringAndSize (local.get $path) (call $strlen (local.get $path))))

  ;; flags_of(descriptor) -> as fcntl(F_GETFL) gives them, or -1
  (func $flags_of (param $self i32) (param $fd i32) (result i32)
    (call $PyLong_FromLong
      (call $fcntl (call $PyLong_AsLong (local.get $fd)) (i32.const 3) (i32.const 0))))

  ;; append(descriptor): what is written to it goes to the end of the file from now on
  (func $append (param $self i32) (param $fd i32) (result i32)
    (local.set $fd (call $PyLong_AsLong (local.get $fd)))
    (i32.store (call $at (i32.const 848))
      (i32.or (call $fcntl (local.get $fd) (i32.const 3) (i32.const 0)) (i32.const 1))) ;; O_APPEND
    (drop (call $fcntl (local.get $fd) (i32.const 4) (call $at (i32.const 848))))
    (global.get $None))

  (func $umask (param i32 i32) (result i32) (call $PyLong_FromUnsignedLong (call $host_umask)))
  (func $uid (param i32 i32) (result i32) (call $PyLong_FromUnsignedLong (call $host_uid)))
  (func $gid (param i32 i32) (result i32) (call $PyLong_FromUnsignedLong (call $host_gid)))
  (func $processors (param i32 i32) (result i32) (call $PyLong_FromUnsignedLong (call $host_processors)))

  ;; ---- functions of libc as libpython sees them -------------------------------------------------
  ;; The absolute path of a path, for the host, which does not know of chdir: the argument itself or
  ;; new memory. 0 and errno if there is none.
  (func $absolute (param $path i32) (result i32)
    (local $cwd i32) (local $whole i32) (local $front i32) (local $back i32)
    (if (i32.eqz (i32.load8_u (local.get $path)))
      (then (drop (call $fail (i32.const 44))) (return (i32.const 0))))
    (if (i32.lt_s (call $wasi_string_from_c (local.get $path) (call $at (i32.const 848))) (i32.const 0))
      (then (return (i32.const 0))))
    (if (i32.eq (i32.load8_u (local.get $path)) (i32.const 47))
      (then (return (local.get $path))))
    (local.set $cwd (i32.load (global.get $cwd)))
    (local.set $front (call $strlen (local.get $cwd)))
    (local.set $back (i32.add (call $strlen (local.get $path)) (i32.const 1)))
    (local.set $whole (call $malloc (i32.add (i32.add (local.get $front) (local.get $back)) (i32.const 1))))
    (if (i32.eqz (local.get $whole))
      (then (drop (call $fail (i32.const 48))) (return (i32.const 0))))
    (memory.copy (local.get $whole) (local.get $cwd) (local.get $front))
    (i32.store8 (i32.add (local.get $whole) (local.get $front)) (i32.const 47))
    (memory.copy
      (i32.add (i32.add (local.get $whole) (local.get $front)) (i32.const 1))
      (local.get $path) (local.get $back))
    (local.get $whole))

  (func $release (param $absolute i32) (param $path i32)
    (if (i32.ne (local.get $absolute) (local.get $path)) (then (call $free (local.get $absolute)))))

  (func $at_cwd (param $dirfd i32) (param $path i32) (result i32)
    (i32.or
      (i32.eq (local.get $dirfd) (i32.const -2)) ;; AT_FDCWD
      (i32.eq (i32.load8_u (local.get $path)) (i32.const 47))))

  (func $stat_path (param $path i32) (param $stat i32) (param $follow i32) (result i32)
    (local $absolute i32)
    (local.set $absolute (call $absolute (local.get $path)))
    (if (i32.eqz (local.get $absolute)) (then (return (i32.const -1))))
    (call $host_stat (local.get $absolute) (call $strlen (local.get $absolute))
      (local.get $follow) (call $at (i32.const 704)))
    (call $release (local.get $absolute) (local.get $path))
    (if (i32.load8_u (call $at (i32.const 704)))
      (then (return (call $fail (call $errno (i32.load8_u (call $at (i32.const 712))))))))
    (call $fill (local.get $stat) (call $at (i32.const 712)))
    (i32.const 0))

  ;; struct stat from file-stat. libc, too, gives 1 for the device.
  (func $fill (param $stat i32) (param $from i32)
    (memory.fill (local.get $stat) (i32.const 0) (i32.const 144))
    (i64.store (local.get $stat) (i64.const 1))
    (i64.store offset=8 (local.get $stat) (i64.load offset=8 (local.get $from)))
    (i64.store offset=16 (local.get $stat) (i64.load offset=24 (local.get $from)))
    (i32.store offset=24 (local.get $stat) (i32.load offset=16 (local.get $from)))
    (i32.store offset=28 (local.get $stat) (i32.load offset=32 (local.get $from)))
    (i32.store offset=32 (local.get $stat) (i32.load offset=36 (local.get $from)))
    (i64.store offset=48 (local.get $stat) (i64.load offset=40 (local.get $from)))
    (i32.store offset=56 (local.get $stat) (i32.const 4096))
    (i64.store offset=64 (local.get $stat) (i64.load offset=48 (local.get $from)))
    (call $time (i32.add (local.get $stat) (i32.const 72)) (i64.load offset=56 (local.get $from)))
    (call $time (i32.add (local.get $stat) (i32.const 88)) (i64.load offset=64 (local.get $from)))
    (call $time (i32.add (local.get $stat) (i32.const 104)) (i64.load offset=72 (local.get $from))))

  (func $time (param $timespec i32) (param $nanoseconds i64) (local $rest i64)
    (local.set $rest (i64.rem_s (local.get $nanoseconds) (i64.const 1000000000)))
    (if (i64.lt_s (local.get $rest) (i64.const 0))
      (then (local.set $rest (i64.add (local.get $rest) (i64.const 1000000000)))))
    (i64.store (local.get $timespec)
      (i64.div_s (i64.sub (local.get $nanoseconds) (local.get $rest)) (i64.const 1000000000)))
    (i64.store32 offset=8 (local.get $timespec) (local.get $rest)))

  (func (export "belljar_stat") (param $path i32) (param $stat i32) (result i32)
    (if (i32.eqz (call $live)) (then (return (call $stat (local.get $path) (local.get $stat)))))
    (call $stat_path (local.get $path) (local.get $stat) (i32.const 1)))

  (func (export "belljar_lstat") (param $path i32) (param $stat i32) (result i32)
    (if (i32.eqz (call $live)) (then (return (call $lstat (local.get $path) (local.get $stat)))))
    (call $stat_path (local.get $path) (local.get $stat) (i32.const 0)))

  (func (export "belljar_fstatat") (param $dirfd i32) (param $path i32) (param $stat i32) (param $flags i32) (result i32)
    (if (i32.eqz (call $live))
      (then (return (call $fstatat (local.get $dirfd) (local.get $path) (local.get $stat) (local.get $flags)))))
    (if (call $at_cwd (local.get $dirfd) (local.get $path))
      (then (return (call $stat_path (local.get $path) (local.get $stat)
        (i32.eqz (i32.and (local.get $flags) (i32.const 1))))))) ;; AT_SYMLINK_NOFOLLOW
    (if (call $fstatat (local.get $dirfd) (local.get $path) (local.get $stat) (local.get $flags))
      (then (return (i32.const -1))))
    (call $guess (local.get $stat))
    (i32.const 0))

  ;; struct stat of something that is no file.
  (func $stat_of (export "belljar_stat_of") (param $mode i32) (param $stat i32) (result i32)
    (memory.fill (local.get $stat) (i32.const 0) (i32.const 144))
    (i64.store (local.get $stat) (i64.const 2))
    (i64.store offset=16 (local.get $stat) (i64.const 1))
    (i32.store offset=24 (local.get $stat) (local.get $mode))
    (i32.store offset=28 (local.get $stat) (call $host_uid))
    (i32.store offset=32 (local.get $stat) (call $host_gid))
    (i32.store offset=56 (local.get $stat) (i32.const 4096))
    (i32.const 0))

  ;; libc knows the type of an open file; its mode is that of its path, if that still leads to it.
  (func (export "belljar_fstat") (param $fd i32) (param $stat i32) (result i32)
    (local $path i32)
    (if (call $fstat (local.get $fd) (local.get $stat)) (then (return (i32.const -1))))
    (if (i32.eqz (call $live)) (then (return (i32.const 0))))
    (if (i32.and (i32.load offset=24 (local.get $stat)) (i32.const 0x1ff)) (then (return (i32.const 0))))
    ;; A standard stream, of which libc says nothing at all: a terminal or a pipe.
    (if (i32.and
          (i32.le_u (local.get $fd) (i32.const 2))
          (i32.eqz (i32.load offset=24 (local.get $stat))))
      (then (return (call $stat_of
        (select (i32.const 0x2190) (i32.const 0x1180) (call $isatty (local.get $fd)))
        (local.get $stat)))))
    (local.set $path (call $path (local.get $fd)))
    (if (local.get $path)
      (then
        (call $host_stat (local.get $path) (call $strlen (local.get $path)) (i32.const 1) (call $at (i32.const 704)))
        (if (i32.and
              (i32.eqz (i32.load8_u (call $at (i32.const 704))))
              (i64.eq (i64.load (call $at (i32.const 720))) (i64.load offset=8 (local.get $stat))))
          (then
            (call $fill (local.get $stat) (call $at (i32.const 712)))
            (return (i32.const 0))))))
    (call $guess (local.get $stat))
    (i32.const 0))

  ;; What a file without a path has: the mode that it would be made with.
  (func $guess (param $stat i32)
    (i32.store offset=24 (local.get $stat)
      (i32.or (i32.load offset=24 (local.get $stat))
        (i32.and
          (select (i32.const 0x1ff) (i32.const 0x1b6)
            (i32.eq (i32.load offset=24 (local.get $stat)) (i32.const 0x4000)))
          (i32.xor (call $host_umask) (i32.const -1)))))
    (i32.store offset=28 (local.get $stat) (call $host_uid))
    (i32.store offset=32 (local.get $stat) (call $host_gid))
    (i32.store offset=56 (local.get $stat) (i32.const 4096)))

  (func $access_path (param $path i32) (param $how i32) (result i32) (local $absolute i32)
    (local.set $absolute (call $absolute (local.get $path)))
    (if (i32.eqz (local.get $absolute)) (then (return (i32.const -1))))
    (call $host_access (local.get $absolute) (call $strlen (local.get $absolute))
      (i32.and (local.get $how) (i32.const 7)) (call $at (i32.const 704)))
    (call $release (local.get $absolute) (local.get $path))
    (if (i32.load8_u (call $at (i32.const 704)))
      (then (return (call $fail (call $errno (i32.load8_u (call $at (i32.const 705))))))))
    (i32.const 0))

  (func (export "belljar_access") (param $path i32) (param $how i32) (result i32)
    (if (i32.eqz (call $live)) (then (return (call $access (local.get $path) (local.get $how)))))
    (call $access_path (local.get $path) (local.get $how)))

  (func (export "belljar_faccessat") (param $dirfd i32) (param $path i32) (param $how i32) (param $flags i32) (result i32)
    (if (i32.and
          (i32.and (call $live) (call $at_cwd (local.get $dirfd) (local.get $path)))
          (i32.eqz (i32.and (local.get $flags) (i32.const 1))))
      (then (return (call $access_path (local.get $path) (local.get $how)))))
    (call $faccessat (local.get $dirfd) (local.get $path) (local.get $how) (local.get $flags)))

  ;; Gives something that has just been made the mode that was asked for; libc does not.
  (func $give_mode (param $path i32) (param $mode i32) (local $absolute i32)
    (local.set $absolute (call $absolute (local.get $path)))
    (if (i32.eqz (local.get $absolute)) (then (return)))
    (call $host_chmod (local.get $absolute) (call $strlen (local.get $absolute))
      (i32.and (local.get $mode) (i32.xor (call $host_umask) (i32.const -1)))
      (call $at (i32.const 704)))
    (call $release (local.get $absolute) (local.get $path)))

  (func (export "belljar_mkdir") (param $path i32) (param $mode i32) (result i32)
    (if (call $mkdir (local.get $path) (local.get $mode)) (then (return (i32.const -1))))
    (if (i32.and
          (call $live)
          (i32.ne (i32.and (local.get $mode) (i32.const 0xfff)) (i32.const 0x1ff)))
      (then (call $give_mode (local.get $path) (local.get $mode))))
    (i32.const 0))

  (func (export "belljar_open") (param $path i32) (param $flags i32) (param $rest i32) (result i32)
    (local $mode i32) (local $fd i32)
    (if (i32.eqz (call $live))
      (then (return (call $open (local.get $path) (local.get $flags) (local.get $rest)))))
    ;; A mode other than the usual is given to a file that was not there before.
    (local.set $mode (i32.const -1))
    (if (i32.and (local.get $flags) (i32.const 0x1000)) ;; O_CREAT
      (then
        (local.set $mode (i32.and (i32.load (local.get $rest)) (i32.const 0xfff)))
        (if (i32.eq (local.get $mode) (i32.const 0x1b6)) (then (local.set $mode (i32.const -1))))
        (if (i32.and
              (i32.ne (local.get $mode) (i32.const -1))
              (i32.eqz (i32.and (local.get $flags) (i32.const 0x4000)))) ;; O_EXCL
          (then (if (i32.eqz (call $access_path (local.get $path) (i32.const 0)))
            (then (local.set $mode (i32.const -1))))))))
    (local.set $fd (call $open (local.get $path) (local.get $flags) (local.get $rest)))
    (if (i32.lt_s (local.get $fd) (i32.const 0)) (then (return (local.get $fd))))
    (if (i32.ne (local.get $mode) (i32.const -1))
      (then (call $give_mode (local.get $path) (local.get $mode))))
    (call $remember (local.get $fd) (local.get $path))
    (local.get $fd))

  (func $path (param $fd i32) (result i32)
    (if (i32.ge_u (local.get $fd) (i32.load (call $at (i32.const 844)))) (then (return (i32.const 0))))
    (i32.load (i32.add (i32.load (call $at (i32.const 840))) (i32.shl (local.get $fd) (i32.const 2)))))

  ;; Who asks for it looks whether the path still leads to that file.
  (func $remember (param $fd i32) (param $path i32) (local $count i32) (local $paths i32) (local $absolute i32)
    (local.set $count (i32.load (call $at (i32.const 844))))
    (if (i32.ge_u (local.get $fd) (local.get $count))
      (then
        (local.set $count (i32.add (local.get $fd) (i32.const 16)))
        (local.set $paths (call $realloc
          (i32.load (call $at (i32.const 840))) (i32.shl (local.get $count) (i32.const 2))))
        (if (i32.eqz (local.get $paths)) (then (return)))
        (memory.fill
          (i32.add (local.get $paths) (i32.shl (i32.load (call $at (i32.const 844))) (i32.const 2)))
          (i32.const 0)
          (i32.shl (i32.sub (local.get $count) (i32.load (call $at (i32.const 844)))) (i32.const 2)))
        (i32.store (call $at (i32.const 840)) (local.get $paths))
        (i32.store (call $at (i32.const 844)) (local.get $count))))
    (call $free (call $path (local.get $fd)))
    (local.set $absolute (call $absolute (local.get $path)))
    (if (i32.eq (local.get $absolute) (local.get $path))
      (then (local.set $absolute (call $strdup (local.get $path)))))
    (i32.store
      (i32.add (i32.load (call $at (i32.const 840))) (i32.shl (local.get $fd) (i32.const 2)))
      (local.get $absolute)))

  (func (export "belljar_getpid") (result i32)
    (if (i32.eqz (call $live)) (then (return (i32.const 1))))
    (call $host_pid))

  ;; Copies the host's name, at most $room - 1 bytes and a zero.
  (func $copy_hostname (param $to i32) (param $room i32) (local $from i32) (local $length i32)
    (call $host_hostname (call $at (i32.const 704)))
    (local.set $from (i32.load (call $at (i32.const 704))))
    (local.set $length (i32.load (call $at (i32.const 708))))
    (if (i32.eqz (local.get $room)) (then (return)))
    (if (i32.ge_u (local.get $length) (local.get $room))
      (then (local.set $length (i32.sub (local.get $room) (i32.const 1)))))
    (memory.copy (local.get $to) (local.get $from) (local.get $length))
    (i32.store8 (i32.add (local.get $to) (local.get $length)) (i32.const 0))
    (if (i32.load (call $at (i32.const 708))) (then (call $free (local.get $from)))))

  (func (export "belljar_gethostname") (param $to i32) (param $room i32) (result i32)
    (if (i32.eqz (call $live)) (then (return (call $gethostname (local.get $to) (local.get $room)))))
    (call $copy_hostname (local.get $to) (local.get $room))
    (i32.const 0))

  ;; Five fields of 65 bytes; the name is the second.
  (func (export "belljar_uname") (param $to i32) (result i32)
    (if (call $uname (local.get $to)) (then (return (i32.const -1))))
    (if (i32.eqz (call $live)) (then (return (i32.const 0))))
    (call $copy_hostname (i32.add (local.get $to) (i32.const 65)) (i32.const 65))
    (i32.const 0)))
