import { formatBytes } from './format-bytes.ts';
import { imageSize } from './image-size.ts';

// https://platform.claude.com/docs/en/build-with-claude/vision and …/pdf-support
const imageTypes = ['image/jpeg', 'image/png', 'image/gif', 'image/webp'];
const longestImageSide = 8000;
const encodedImageBytes = 5 * 1024 * 1024;
const pdfPages = 600;
// A whole request may have 32 MB; the rest is for what stands around the file.
const encodedPdfBytes = 30_000_000;

/** Three bytes become four characters of base64. */
const rawBytes = (encoded: number): number => Math.floor(encoded / 4) * 3;

/** Why a picture or PDF of this size need not even be opened, or undefined. */
export function refusedBySize(file: {
  readonly kind: 'image' | 'pdf';
  readonly mediaType: string;
  readonly sizeBytes: number;
}): string | undefined {
  if (file.kind === 'image' && !imageTypes.includes(file.mediaType))
    return `Claude reads JPEG, PNG, GIF and WebP pictures, and this one is ${file.mediaType}.`;
  const most = rawBytes(file.kind === 'image' ? encodedImageBytes : encodedPdfBytes);
  if (file.sizeBytes > most)
    return `Claude takes ${file.kind === 'image' ? 'pictures' : 'PDFs'} up to ${formatBytes(most)}, and this one has ${formatBytes(file.sizeBytes)}.`;
  return undefined;
}

/** Why Claude would refuse these bytes of a picture, or undefined. */
export function refusedImage(bytes: Uint8Array, mediaType: string): string | undefined {
  const size = imageSize(bytes, mediaType);
  if (!size) return 'the picture is damaged: its width and height cannot be read.';
  if (Math.max(size.width, size.height) > longestImageSide)
    return `Claude takes pictures up to ${longestImageSide} pixels a side, and this one has ${size.width} × ${size.height}.`;
  return undefined;
}

/** Why Claude would refuse these bytes of a PDF, or undefined. Pages in compressed object streams are not seen. */
export function refusedPdf(bytes: Buffer): string | undefined {
  const text = bytes.toString('latin1');
  if (/\/Encrypt\s+\d+\s+\d+\s+R/.test(text))
    return 'it is encrypted; save it without a password and send it again.';
  const pages = text.match(/\/Type\s*\/Page(?![A-Za-z])/g)?.length ?? 0;
  if (pages > pdfPages) return `Claude takes PDFs up to ${pdfPages} pages, and this one has about ${pages}.`;
  return undefined;
}
