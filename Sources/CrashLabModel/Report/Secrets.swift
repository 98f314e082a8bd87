/// What of a text or a number may be told where everything else may be secret. Pure functions.
package enum Secrets {
  /// Stands for what was left out.
  package static let mark = "[redacted]"

  /// The program of an argument list. A program that has written its title over its arguments has but
  /// one: of that the first word.
  package static func program(of command: [String]) -> [String] {
    guard let first = command.first else { return [] }
    if command.count > 1 { return [first] }
    return [first.split(maxSplits: 1, whereSeparator: \.isWhitespace).first.map(String.init) ?? ""]
  }

  /// An address as it is, but for one that is most likely text.
  package static func hidden(_ address: Address) -> Address {
    let printable = (0..<8).count { isPrintable(byte($0, of: address)) }
    return printable < 4 ? address : masked(address)
  }

  /// `x` for each byte of a word.
  package static func masked(_ address: Address) -> Address {
    Address(
      (0..<8).reduce(0) { word, place in
        byte(place, of: address) == 0 ? word : word | UInt64(UInt8(ascii: "x")) << UInt64(place * 8)
      })
  }

  private static func byte(_ place: Int, of address: Address) -> UInt8 {
    UInt8(truncatingIfNeeded: address.value >> UInt64(place * 8))
  }

  private static func isPrintable(_ byte: UInt8) -> Bool { (0x20...0x7e).contains(byte) }

  // MARK: - What was said

  /// What a message is about, without a word that a program may have put into it. Sentences of the
  /// libraries that have none are kept.
  package static func kind(ofMessage text: String) -> String {
    if constant.contains(text) { return text }
    if text.contains("Assertion `"), text.contains("' failed") {
      return "Assertion failed: \(mark)"
    }
    for kind in kindsOfSwift {
      guard let range = text.firstRange(of: kind) else { continue }
      let rest = text[range.upperBound...]
      guard rest.hasPrefix(": ") else { return "\(kind): \(mark)" }
      let said = rest.dropFirst(2).prefix { $0 != "\n" }
      return constantOfSwift.contains(String(said)) ? "\(kind): \(said)" : "\(kind): \(mark)"
    }
    return mark
  }

  /// glibc: malloc/malloc.c, debug/fortify_fail.c, debug/stack_chk_fail.c, debug/vfprintf checks.
  private static let constant: Set<String> = [
    "*** stack smashing detected ***: terminated", "*** buffer overflow detected ***: terminated",
    "*** %n in writable segment detected ***", "*** invalid %N$ use detected ***",
    "*** longjmp causes uninitialized stack frame ***: terminated",
    "break adjusted to free malloc space", "corrupted double-linked list",
    "corrupted double-linked list (not small)", "corrupted size vs. prev_size",
    "corrupted size vs. prev_size in fastbins", "corrupted size vs. prev_size while consolidating",
    "double free or corruption (!prev)", "double free or corruption (fasttop)",
    "double free or corruption (out)", "double free or corruption (top)",
    "free(): corrupted unsorted chunks", "free(): double free detected in tcache 2",
    "free(): invalid next size (fast)", "free(): invalid next size (normal)",
    "free(): invalid pointer", "free(): invalid size",
    "free(): too many chunks detected in tcache", "free(): unaligned chunk detected in tcache 2",
    "invalid fastbin entry (free)", "malloc(): corrupted top size",
    "malloc(): corrupted unsorted chunks", "malloc(): corrupted unsorted chunks 2",
    "malloc(): invalid next size (unsorted)", "malloc(): invalid next->prev_inuse (unsorted)",
    "malloc(): invalid size (unsorted)", "malloc(): largebin double linked list corrupted (bk)",
    "malloc(): largebin double linked list corrupted (nextsize)",
    "malloc(): memory corruption (fast)", "malloc(): mismatching next->prev_size (unsorted)",
    "malloc(): smallbin double linked list corrupted", "malloc(): unaligned fastbin chunk detected",
    "malloc(): unaligned fastbin chunk detected 2", "malloc(): unaligned fastbin chunk detected 3",
    "malloc(): unaligned tcache chunk detected", "malloc(): unsorted double linked list corrupted",
    "malloc_consolidate(): invalid chunk size",
    "malloc_consolidate(): unaligned fastbin chunk detected", "munmap_chunk(): invalid pointer",
    "mremap_chunk(): invalid pointer", "realloc(): invalid next size",
    "realloc(): invalid old size", "realloc(): invalid pointer",
  ]

  private static let kindsOfSwift = ["Fatal error", "Precondition failed", "Assertion failed"]

  /// stdlib/public/core, and stdlib/public/runtime/Errors.cpp.
  private static let constantOfSwift: Set<String> = [
    "Index out of range", "Array index is out of range", "Negative Array index is out of range",
    "Unexpectedly found nil while unwrapping an Optional value",
    "Unexpectedly found nil while implicitly unwrapping an Optional value",
    "Division by zero", "Division by zero in remainder operation",
    "Division results in overflow", "Not enough bits to represent the passed value",
    "Can't remove last element from an empty collection",
    "Can't remove first element from an empty collection",
    "Range requires lowerBound <= upperBound",
  ]
}
