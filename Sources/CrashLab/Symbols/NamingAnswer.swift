internal import CNaming

/// What the naming process says of one place: untrusted, since it has read what nobody vouches for.
struct NamingAnswer: Equatable {
  struct Function: Equatable {
    var symbol: String?
    var location: SourceLocation?
  }

  /// An answer that no naming process gives.
  struct Malformed: Error {}

  var image: UInt32
  /// Which of the places that were asked for.
  var place: Int
  /// From the symbol's start; nil without a symbol. Bytes.
  var distance: Int?
  /// The file with what is inlined there is missing (split debug information).
  var isSplitMissing = false
  /// Inlined ones, innermost first, then the one that they are in.
  var functions: [Function] = []

  init(_ bytes: UnsafeRawBufferPointer) throws(Malformed) {
    guard bytes.count >= MemoryLayout<clab_naming_answer>.size else { throw Malformed() }
    let head = bytes.loadUnaligned(as: clab_naming_answer.self)
    guard head.functions <= UInt32(CLAB_NAMING_MOST_FUNCTIONS) else { throw Malformed() }
    image = head.image
    place = Int(head.place)
    if head.has_symbol != 0 { distance = Int(clamping: head.distance) }
    isSplitMissing = head.split_missing != 0
    var rest = bytes[MemoryLayout<clab_naming_answer>.size...]
    for _ in 0..<head.functions { functions.append(try Function(&rest)) }
    guard rest.isEmpty else { throw Malformed() }
  }
}

extension NamingAnswer.Function {
  fileprivate init(_ rest: inout Slice<UnsafeRawBufferPointer>) throws(NamingAnswer.Malformed) {
    let size = MemoryLayout<clab_naming_function>.size
    guard rest.count >= size else { throw NamingAnswer.Malformed() }
    let head = UnsafeRawBufferPointer(rebasing: rest.prefix(size))
      .loadUnaligned(as: clab_naming_function.self)
    rest = rest.dropFirst(size)
    let most = UInt32(CLAB_NAMING_MOST_NAME)
    guard head.name_size < most, head.file_size < most,
      Int(head.name_size + head.file_size) <= rest.count
    else { throw NamingAnswer.Malformed() }
    let name = String(decoding: rest.prefix(Int(head.name_size)), as: UTF8.self)
    rest = rest.dropFirst(Int(head.name_size))
    let file = String(decoding: rest.prefix(Int(head.file_size)), as: UTF8.self)
    rest = rest.dropFirst(Int(head.file_size))
    symbol = name.isEmpty ? nil : name
    location = SourceLocation(file: file, line: head.line, column: head.column)
  }
}

extension SourceLocation {
  /// Line 0, and the compiler's own file, are code that nobody has written.
  fileprivate init?(file: String, line: UInt32, column: UInt32) {
    guard line > 0, !file.isEmpty, !file.hasSuffix("<compiler-generated>") else { return nil }
    self.init(file: file, line: Int(line), column: column > 0 ? Int(column) : nil)
  }
}
