;; The inner loop of the scan of signs (sign-scan.ts). It needs 128-bit SIMD, which JavaScript does not have. It looks up
;; every four sign bits of sixteen papers at once in a table of sixteen partial sums (the "fast scan" of F. André,
;; A.-M. Kermarrec, N. Le Scouarnec, "Cache Locality Is Not Enough: High-Performance Nearest Neighbor Search with Product
;; Quantization Fast Scan", VLDB 2015). `npm run wasm` compiles it to sign-scan-wasm.ts.
(module
  ;; From outside, since what it holds outlives a call.
  (import "env" "memory" (memory 1))

  ;; All are addresses of bytes. For every block from $block up to $end, sums what the tables say of each paper's bits, and
  ;; writes the sixteen sums, of 16 bits each, behind the bits. A block holds, for each byte of the codes, that byte of sixteen
  ;; papers. Tables come in pairs of 16 bytes: for the low four bits of a byte and for the high ones; entries are at most
  ;; 127, so that two of them add up within a byte.
  (func (export "scan") (param $block i32) (param $end i32) (param $tables i32) (param $tablesEnd i32)
    (local $table i32)
    (local $bits v128)
    (local $low v128) ;; The sums of papers 0 to 7,
    (local $high v128) ;; and of 8 to 15.
    (local $found v128)
    (block $done
      (br_if $done (i32.eqz (i32.lt_u (local.get $block) (local.get $end))))
      (loop $eachBlock
        (local.set $low (v128.const i64x2 0 0))
        (local.set $high (v128.const i64x2 0 0))
        (local.set $table (local.get $tables))
        (loop $eachByte
          (local.set $bits (v128.load align=1 (local.get $block)))
          (local.set $found
            (i8x16.add
              (i8x16.swizzle
                (v128.load align=1 (local.get $table))
                (v128.and (local.get $bits) (i8x16.splat (i32.const 0x0f))))
              (i8x16.swizzle
                (v128.load offset=16 align=1 (local.get $table))
                (i8x16.shr_u (local.get $bits) (i32.const 4)))))
          (local.set $low (i16x8.add (local.get $low) (i16x8.extend_low_i8x16_u (local.get $found))))
          (local.set $high (i16x8.add (local.get $high) (i16x8.extend_high_i8x16_u (local.get $found))))
          (local.set $block (i32.add (local.get $block) (i32.const 16)))
          (br_if $eachByte
            (i32.lt_u
              (local.tee $table (i32.add (local.get $table) (i32.const 32)))
              (local.get $tablesEnd))))
        (v128.store align=1 (local.get $block) (local.get $low))
        (v128.store offset=16 align=1 (local.get $block) (local.get $high))
        (br_if $eachBlock
          (i32.lt_u
            (local.tee $block (i32.add (local.get $block) (i32.const 32)))
            (local.get $end)))))))
