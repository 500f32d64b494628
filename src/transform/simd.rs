//! One portable binary, the widest vectors the machine has: run-time dispatch of whole kernels.
//!
//! A kernel is plain, branch-free Rust marked `#[inline(always)]`. It is compiled three times, inside
//! functions with AVX-512, AVX2 + FMA and no extra features, and LLVM vectorises each for its own
//! registers. The scalar twin of every kernel is therefore the same source.

/// An instruction set of this machine, on which a kernel may run. Detection alone makes one, so that none can
/// be asked for that the machine lacks:
///
/// ```compile_fail
/// mmm::transform::simd::InstructionSet(mmm::transform::simd::Registers::Avx512);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InstructionSet(Registers);

/// What a kernel is compiled for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Registers {
    /// What every x86-64 (or other) processor has; no fused multiply-add.
    Portable,
    /// 256-bit vectors with fused multiply-add.
    Avx2,
    /// 512-bit vectors with fused multiply-add.
    Avx512,
}

impl InstructionSet {
    /// The widest set this machine runs.
    pub fn detect() -> InstructionSet {
        *Self::available().last().expect("portable code runs everywhere")
    }

    /// Every set this machine runs, narrowest first.
    pub fn available() -> Vec<InstructionSet> {
        #[allow(unused_mut)]
        let mut sets = vec![InstructionSet(Registers::Portable)];
        #[cfg(target_arch = "x86_64")]
        {
            if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
                sets.push(InstructionSet(Registers::Avx2));
                if is_x86_feature_detected!("avx512f")
                    && is_x86_feature_detected!("avx512dq")
                    && is_x86_feature_detected!("avx512vl")
                {
                    sets.push(InstructionSet(Registers::Avx512));
                }
            }
        }
        sets
    }

    /// Name for logs.
    pub fn name(self) -> &'static str {
        match self.0 {
            Registers::Portable => "portable",
            Registers::Avx2 => "avx2+fma",
            Registers::Avx512 => "avx512",
        }
    }
}

/// A computation to be compiled for each instruction set.
pub trait Kernel {
    /// What it returns.
    type Output;
    /// The computation; implementations must be `#[inline(always)]`, and so must all they call.
    /// `FMA` says whether a fused multiply-add is one instruction.
    fn run<const FMA: bool>(self) -> Self::Output;
}

/// Runs a kernel on an instruction set of this machine.
#[inline]
pub fn dispatch<K: Kernel>(set: InstructionSet, kernel: K) -> K::Output {
    #[cfg(target_arch = "x86_64")]
    {
        #[target_feature(enable = "avx512f,avx512dq,avx512vl,avx2,fma")]
        fn avx512<K: Kernel>(kernel: K) -> K::Output {
            kernel.run::<true>()
        }
        #[target_feature(enable = "avx2,fma")]
        fn avx2<K: Kernel>(kernel: K) -> K::Output {
            kernel.run::<true>()
        }
        match set.0 {
            // SAFETY: the field is private and `available` alone fills it in, after it detected every feature
            // that is enabled here.
            Registers::Avx512 => return unsafe { avx512(kernel) },
            // SAFETY: as above.
            Registers::Avx2 => return unsafe { avx2(kernel) },
            Registers::Portable => {}
        }
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = set;
    kernel.run::<false>()
}

/// a·b + c, fused where that is one instruction.
#[inline(always)]
pub fn mul_add<const FMA: bool>(a: f64, b: f64, c: f64) -> f64 {
    if FMA { a.mul_add(b, c) } else { a * b + c }
}

/// Σ aᵢ bᵢ in eight interleaved partial sums, so that it vectorises without reordering by the compiler.
#[inline(always)]
pub fn dot<const FMA: bool>(a: &[f64], b: &[f64]) -> f64 {
    let mut sums = [0.0; 8];
    let (a8, a_rest) = a.as_chunks::<8>();
    let (b8, b_rest) = b[..a.len()].as_chunks::<8>();
    for (x, y) in a8.iter().zip(b8) {
        for l in 0..8 {
            sums[l] = mul_add::<FMA>(x[l], y[l], sums[l]);
        }
    }
    for (x, y) in a_rest.iter().zip(b_rest) {
        sums[0] = mul_add::<FMA>(*x, *y, sums[0]);
    }
    sum8(sums)
}

/// [`dot`] of four columns with one vector, which is read once.
#[inline(always)]
pub fn dot4<const FMA: bool>([a, b, c, d]: [&[f64]; 4], x: &[f64]) -> [f64; 4] {
    let (x8, x_rest) = x.as_chunks::<8>();
    let (a8, a_rest) = a.as_chunks::<8>();
    let (b8, b_rest) = b.as_chunks::<8>();
    let (c8, c_rest) = c.as_chunks::<8>();
    let (d8, d_rest) = d.as_chunks::<8>();
    let [mut sa, mut sb, mut sc, mut sd] = [[0.0; 8]; 4];
    for ((((x, a), b), c), d) in x8.iter().zip(a8).zip(b8).zip(c8).zip(d8) {
        for l in 0..8 {
            sa[l] = mul_add::<FMA>(a[l], x[l], sa[l]);
            sb[l] = mul_add::<FMA>(b[l], x[l], sb[l]);
            sc[l] = mul_add::<FMA>(c[l], x[l], sc[l]);
            sd[l] = mul_add::<FMA>(d[l], x[l], sd[l]);
        }
    }
    for ((((x, a), b), c), d) in x_rest.iter().zip(a_rest).zip(b_rest).zip(c_rest).zip(d_rest) {
        sa[0] = mul_add::<FMA>(*a, *x, sa[0]);
        sb[0] = mul_add::<FMA>(*b, *x, sb[0]);
        sc[0] = mul_add::<FMA>(*c, *x, sc[0]);
        sd[0] = mul_add::<FMA>(*d, *x, sd[0]);
    }
    [sum8(sa), sum8(sb), sum8(sc), sum8(sd)]
}

/// Σ aᵢ bᵢ cᵢ.
#[inline(always)]
pub fn dot3<const FMA: bool>(a: &[f64], b: &[f64], c: &[f64]) -> f64 {
    let mut sums = [0.0; 8];
    let (a8, a_rest) = a.as_chunks::<8>();
    let (b8, b_rest) = b.as_chunks::<8>();
    let (c8, c_rest) = c.as_chunks::<8>();
    for ((x, y), z) in a8.iter().zip(b8).zip(c8) {
        for l in 0..8 {
            sums[l] = mul_add::<FMA>(x[l] * y[l], z[l], sums[l]);
        }
    }
    for ((x, y), z) in a_rest.iter().zip(b_rest).zip(c_rest) {
        sums[0] = mul_add::<FMA>(x * y, *z, sums[0]);
    }
    sum8(sums)
}

/// The sum of eight numbers, pairwise.
#[inline(always)]
pub fn sum8(s: [f64; 8]) -> f64 {
    ((s[0] + s[4]) + (s[2] + s[6])) + ((s[1] + s[5]) + (s[3] + s[7]))
}

/// y += k x.
#[inline(always)]
pub fn axpy<const FMA: bool>(k: f64, x: &[f64], y: &mut [f64]) {
    for (y, x) in y.iter_mut().zip(x) {
        *y = mul_add::<FMA>(k, *x, *y);
    }
}

/// y += Σ k x over four columns, with y read and written once.
#[inline(always)]
pub fn axpy4<const FMA: bool>(k: [f64; 4], [a, b, c, d]: [&[f64]; 4], y: &mut [f64]) {
    for ((((y, a), b), c), d) in y.iter_mut().zip(a).zip(b).zip(c).zip(d) {
        let first = mul_add::<FMA>(k[1], *b, mul_add::<FMA>(k[0], *a, *y));
        *y = mul_add::<FMA>(k[3], *d, mul_add::<FMA>(k[2], *c, first));
    }
}
