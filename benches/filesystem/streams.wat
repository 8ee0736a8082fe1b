;; Writes 256 MiB in blocks of 64 KiB and reads them again, through streams as a C library does.
;; Follows the imports of the host's tests.
(data (i32.const 4096) "f")
(global $blocks i32 (i32.const 4096))
(global $block i32 (i32.const 65536))
;; Where the guest's block is.
(global $at i32 (i32.const 131072))

(func $check
  (if (i32.load8_u (i32.const 64)) (then (unreachable))))

(func (export "exec") (result i32)
  (local $n i32) (local $root i32) (local $file i32) (local $stream i32)
  (local $done i32) (local $part i32)
  (memory.fill (global.get $at) (i32.const 0x5a) (global.get $block))
  (call $get-directories (i32.const 64))
  (local.set $root (i32.load (i32.load (i32.const 64))))
  ;; open-flags.{create, truncate}, descriptor-flags.{read, write}
  (call $open-at (local.get $root) (i32.const 0) (i32.const 4096) (i32.const 1) (i32.const 9) (i32.const 3) (i32.const 64))
  (call $check)
  (local.set $file (i32.load (i32.const 68)))

  (call $write-via-stream (local.get $file) (i64.const 0) (i32.const 64))
  (call $check)
  (local.set $stream (i32.load (i32.const 68)))
  (local.set $n (global.get $blocks))
  (loop $write
    ;; So that no two blocks are the same.
    (i32.store (global.get $at) (local.get $n))
    (local.set $done (i32.const 0))
    (loop $rest
      (call $check-write (local.get $stream) (i32.const 64))
      (call $check)
      (local.set $part (i32.wrap_i64 (i64.load (i32.const 72))))
      (if (i32.gt_u (local.get $part) (i32.sub (global.get $block) (local.get $done)))
        (then (local.set $part (i32.sub (global.get $block) (local.get $done)))))
      (call $write-stream (local.get $stream) (i32.add (global.get $at) (local.get $done)) (local.get $part) (i32.const 64))
      (call $check)
      (call $blocking-flush (local.get $stream) (i32.const 64))
      (call $check)
      (local.set $done (i32.add (local.get $done) (local.get $part)))
      (br_if $rest (i32.lt_u (local.get $done) (global.get $block))))
    (br_if $write (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
  (call $drop-output (local.get $stream))

  (call $read-via-stream (local.get $file) (i64.const 0) (i32.const 64))
  (call $check)
  (local.set $stream (i32.load (i32.const 68)))
  (local.set $n (global.get $blocks))
  (loop $read
    (local.set $done (i32.const 0))
    (loop $rest
      (global.set $heap (i32.const 1048576))
      (call $blocking-read (local.get $stream) (i64.extend_i32_u (i32.sub (global.get $block) (local.get $done))) (i32.const 64))
      (call $check)
      (if (i32.eqz (local.get $done)) (then
        (if (i32.ne (i32.load (i32.load (i32.const 68))) (local.get $n)) (then (unreachable)))))
      (local.set $done (i32.add (local.get $done) (i32.load (i32.const 72))))
      (br_if $rest (i32.lt_u (local.get $done) (global.get $block))))
    (br_if $read (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
  (call $drop-input (local.get $stream))
  (call $drop-descriptor (local.get $file))
  (call $unlink-file-at (local.get $root) (i32.const 4096) (i32.const 1) (i32.const 64))
  (call $check)
  (i32.const 0))
