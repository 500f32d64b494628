# Template of a Homebrew formula for a tap. packaging/formula.sh VERSION CHECKSUMS fills in what stands in @...@
# from the checksums of a release.
class Mmm < Formula
  desc "Bayesian media mix models from the command line"
  homepage "@REPOSITORY@"
  version "@VERSION@"
  license "MIT"

  on_macos do
    on_arm do
      url "@REPOSITORY@/releases/download/v@VERSION@/mmm-@VERSION@-aarch64-apple-darwin.tar.gz"
      sha256 "@SHA_AARCH64_APPLE_DARWIN@"
    end
    on_intel do
      url "@REPOSITORY@/releases/download/v@VERSION@/mmm-@VERSION@-x86_64-apple-darwin.tar.gz"
      sha256 "@SHA_X86_64_APPLE_DARWIN@"
    end
  end
  on_linux do
    on_arm do
      url "@REPOSITORY@/releases/download/v@VERSION@/mmm-@VERSION@-aarch64-unknown-linux-gnu.tar.gz"
      sha256 "@SHA_AARCH64_UNKNOWN_LINUX_GNU@"
    end
    on_intel do
      url "@REPOSITORY@/releases/download/v@VERSION@/mmm-@VERSION@-x86_64-unknown-linux-gnu.tar.gz"
      sha256 "@SHA_X86_64_UNKNOWN_LINUX_GNU@"
    end
  end

  def install
    bin.install "mmm"
    generate_completions_from_executable(bin/"mmm", "completions")
    (man1/"mmm.1").write Utils.safe_popen_read(bin/"mmm", "man")
  end

  test do
    system bin/"mmm", "simulate", "--weeks", "104", "--channels", "2", "--out", "market"
    assert_match "ok", shell_output("#{bin}/mmm check market/data.csv")
  end
end
