;; Makes, looks at, lists, renames and removes 10,000 files. Follows the imports of the host's tests.
(data (i32.const 4096) "d")
(data (i32.const 4112) "f000000")
(data (i32.const 4128) "g000000")
(global $count i32 (i32.const 10000))
(global $root (mut i32) (i32.const 0))
(global $dir (mut i32) (i32.const 0))

;; Writes a number into a name of six digits.
(func $number (param $name i32) (param $n i32)
  (local $at i32)
  (local.set $at (i32.add (local.get $name) (i32.const 6)))
  (loop $digit
    (i32.store8 (local.get $at) (i32.add (i32.const 48) (i32.rem_u (local.get $n) (i32.const 10))))
    (local.set $n (i32.div_u (local.get $n) (i32.const 10)))
    (local.set $at (i32.sub (local.get $at) (i32.const 1)))
    (br_if $digit (i32.gt_u (local.get $at) (local.get $name)))))

(func $check
  (if (i32.load8_u (i32.const 64)) (then (unreachable))))

(func (export "exec") (result i32)
  (local $n i32) (local $listing i32)
  (call $get-directories (i32.const 64))
  (global.set $root (i32.load (i32.load (i32.const 64))))
  (call $create-directory-at (global.get $root) (i32.const 4096) (i32.const 1) (i32.const 64))
  (call $check)
  ;; open-flags.directory, descriptor-flags.{read, mutate-directory}
  (call $open-at (global.get $root) (i32.const 0) (i32.const 4096) (i32.const 1) (i32.const 2) (i32.const 33) (i32.const 64))
  (call $check)
  (global.set $dir (i32.load (i32.const 68)))

  (local.set $n (global.get $count))
  (loop $create
    (call $number (i32.const 4112) (local.get $n))
    (call $open-at (global.get $dir) (i32.const 0) (i32.const 4112) (i32.const 7) (i32.const 1) (i32.const 2) (i32.const 64))
    (call $check)
    (call $drop-descriptor (i32.load (i32.const 68)))
    (br_if $create (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))

  (local.set $n (global.get $count))
  (loop $look
    (call $number (i32.const 4112) (local.get $n))
    (call $stat-at (global.get $dir) (i32.const 1) (i32.const 4112) (i32.const 7) (i32.const 64))
    (call $check)
    (br_if $look (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))

  (call $read-directory (global.get $dir) (i32.const 64))
  (call $check)
  (local.set $listing (i32.load (i32.const 68)))
  (loop $list
    (global.set $heap (i32.const 1048576))
    (call $read-directory-entry (local.get $listing) (i32.const 64))
    (call $check)
    (if (i32.load8_u (i32.const 68)) (then
      (local.set $n (i32.add (local.get $n) (i32.const 1)))
      (br $list))))
  (if (i32.ne (local.get $n) (global.get $count)) (then (unreachable)))
  (call $drop-listing (local.get $listing))

  (loop $rename
    (call $number (i32.const 4112) (local.get $n))
    (call $number (i32.const 4128) (local.get $n))
    (call $rename-at (global.get $dir) (i32.const 4112) (i32.const 7) (global.get $dir) (i32.const 4128) (i32.const 7) (i32.const 64))
    (call $check)
    (br_if $rename (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))

  (local.set $n (global.get $count))
  (loop $remove
    (call $number (i32.const 4128) (local.get $n))
    (call $unlink-file-at (global.get $dir) (i32.const 4128) (i32.const 7) (i32.const 64))
    (call $check)
    (br_if $remove (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))

  (call $drop-descriptor (global.get $dir))
  (call $remove-directory-at (global.get $root) (i32.const 4096) (i32.const 1) (i32.const 64))
  (call $check)
  (i32.const 0))
