import { createRequire } from 'node:module';
import type { EChartsOption } from 'echarts';

// In one minified file echarts takes 65 ms and 11 MB to load; as ES modules it is hundreds of files, 450 ms and 38 MB.
const require = createRequire(import.meta.url);
const echarts = require('echarts/dist/echarts.min.js') as typeof import('echarts');
const { Resvg } = require('@resvg/resvg-js') as typeof import('@resvg/resvg-js');

export const fontFamily = 'Atkinson Hyperlegible';
/** A machine without a screen has no fonts. */
const fontFiles = [
  require.resolve('@expo-google-fonts/atkinson-hyperlegible/400Regular/AtkinsonHyperlegible_400Regular.ttf'),
  require.resolve('@expo-google-fonts/atkinson-hyperlegible/700Bold/AtkinsonHyperlegible_700Bold.ttf'),
];

/** A chart as PNG. What draws is loaded with this file, so only the process that draws imports it. */
export function drawPng(
  option: EChartsOption,
  size: { readonly width: number; readonly height: number },
): Buffer {
  const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, ...size });
  try {
    chart.setOption({ animation: false, backgroundColor: '#ffffff', textStyle: { fontFamily }, ...option });
    const font = { loadSystemFonts: false, fontFiles, defaultFontFamily: fontFamily };
    return new Resvg(chart.renderToSVGString(), { font }).render().asPng();
  } finally {
    chart.dispose();
  }
}
