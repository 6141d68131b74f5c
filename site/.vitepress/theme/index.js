import { h } from 'vue'
import DefaultTheme from 'vitepress/theme-without-fonts'
import TryIt from './TryIt.vue'
import { useMainLandmark } from './main-landmark.js'
import './style.css'

export default {
  extends: DefaultTheme,
  Layout: {
    setup() {
      useMainLandmark()
      return () => h(DefaultTheme.Layout, null, { 'home-features-before': () => h(TryIt) })
    },
  },
}
