internal import CrashLabModel
internal import Glibc
internal import ObjectFiles

/// The file of a program or library, mapped for as long as it is read.
enum ProgramBytes {
  /// - Parameters:
  ///   - path: of an ELF file of x86-64, which may be anything.
  ///   - body: is given the image and the file's descriptor.
  /// - Throws: SystemError if the file can't be read, UnreadableFile if it is no such file.
  static func read<Result>(
    _ path: String, _ body: (ElfImage, CInt) throws(FileProblem) -> Result
  ) throws -> Result {
    let descriptor = try system("open", path) { open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }
    defer { close(descriptor) }
    var status = stat()
    try system("fstat", path) { fstat(descriptor, &status) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw UnreadableFile(path, .notRegular)
    }
    guard status.st_size > 0 else { throw UnreadableFile(path, .empty) }
    let size = Int(status.st_size)
    guard let memory = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0), memory != MAP_FAILED
    else { throw SystemError("mmap", path) }
    defer { munmap(memory, size) }
    do throws(FileProblem) {
      return try body(ElfImage(UnsafeRawBufferPointer(start: memory, count: size)), descriptor)
    } catch {
      throw UnreadableFile(path, error)
    }
  }
}
