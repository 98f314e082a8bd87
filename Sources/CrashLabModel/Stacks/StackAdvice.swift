/// A size that would have been enough, and where to set it.
package struct StackAdvice: Sendable, Equatable, Codable {
  /// What this run needed, a quarter more, and the guard, which older C libraries take from the
  /// size; bytes, whole pages.
  package var size: Int
  /// What has set the size.
  package var source: StackSizeSource

  package init(size: Int, source: StackSizeSource) {
    self.size = size
    self.source = source
  }

  /// glibc, sysdeps/unix/sysv/linux/bits/pthread_stack_min.h: PTHREAD_STACK_MIN of x86-64.
  private static let smallest = 16384

  /// Nil where the peak is not known, or may have been higher: also of a stack that was used to its
  /// last page, which may have overflowed. Pure.
  package static func judge(
    peak: StackPeak?, size: Int? = nil, guard: Int?, source: StackSizeSource?, pageSize: Int
  ) -> StackAdvice? {
    guard let peak, peak.bound != .atLeast, let source,
      size.map({ peak.bytes.plus(pageSize) <= $0 }) ?? true
    else { return nil }
    let needed = peak.bytes.plus(peak.bytes / 4).plus(`guard` ?? 0)
    let pages = needed.plus(pageSize - 1) / pageSize * pageSize
    return StackAdvice(size: source == .coroutine ? pages : max(pages, smallest), source: source)
  }
}
