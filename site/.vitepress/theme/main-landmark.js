import { onMounted, watch } from 'vue'
import { useData } from 'vitepress'

/** The default theme gives each page a main landmark except the first one: there, the content has that role. */
export function useMainLandmark() {
  const { frontmatter } = useData()
  const mark = () => {
    const content = document.getElementById('VPContent')
    if (frontmatter.value.layout === 'home') content?.setAttribute('role', 'main')
    else content?.removeAttribute('role')
  }
  onMounted(mark)
  watch(() => frontmatter.value.layout, mark)
}
