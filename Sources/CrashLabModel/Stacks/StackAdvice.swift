/// A size that would have been enough, and where to set it.
package struct StackAdvice: Sendable, Equatable, Codable {
  /// What this run needed, a quarter more, and a guard of some pages, which older C libraries (glibc
  /// before 2.27) take from the size; bytes, whole pages.
  package var size: Int
  /// What has set the size.
  package var source: StackSizeSource

  package init(size: Int, source: StackSizeSource) {
    self.size = size
    self.source = source
  }

  /// glibc, sysdeps/unix/sysv/linux/bits/pthread_stack_min.h: PTHREAD_STACK_MIN of x86-64.
  private static let smallest = 16384

  /// Nobody takes a larger guard from a stack.
  private static let largestGuard = 64 << 10

  /// Nil where the peak is not known, or may have been higher: also of a stack that was used to its
  /// last page, which may have overflowed. Pure.
  package static func judge(
    peak: StackPeak?, size: Int? = nil, guard: Int?, source: StackSizeSource?, pageSize: Int
  ) -> StackAdvice? {
    guard let peak, peak.bound != .atLeast, let source,
      size.map({ peak.bytes.plus(peak.bound.leftWhenFull(pageSize: pageSize)) <= $0 }) ?? true
    else { return nil }
    let needed = peak.bytes.plus(peak.bytes / 4)
      .plus(`guard`.map { $0 > largestGuard ? 0 : $0 } ?? 0)
    let pages = needed.plus(pageSize - 1) / pageSize * pageSize
    return StackAdvice(size: source == .coroutine ? pages : max(pages, smallest), source: source)
  }
}
